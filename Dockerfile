# Two images, `--target server` and `--target worker`: plain JavaScript and the packages that it needs, nothing of the sources.
# Debian, because Temporal's native library is built for glibc.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
# Packages first, so that a change of sources installs nothing anew.
COPY package.json package-lock.json .npmrc ./
COPY packages/actions/package.json packages/actions/
COPY packages/api/package.json packages/api/
COPY packages/cli/package.json packages/cli/
COPY packages/core/package.json packages/core/
COPY packages/devstack/package.json packages/devstack/
COPY packages/runtime/package.json packages/runtime/
COPY packages/server/package.json packages/server/
COPY packages/store/package.json packages/store/
COPY packages/web/package.json packages/web/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY LICENSE tsconfig.base.json tsconfig.build.json tsconfig.build-base.json ./
COPY scripts scripts
COPY packages packages
RUN node scripts/build.ts --with-packages

FROM ${NODE_IMAGE} AS base
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Mainspring" \
      org.opencontainers.image.description="Business workflows written as data, run durably on Temporal" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Nothing installs anything here. Folders for keys belong to the user that `setup` runs as.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* /usr/local/bin/yarn* \
 && groupadd --gid 10001 mainspring \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin mainspring \
 && install -d -o 10001 -g 10001 -m 0700 /keys/product \
 && install -d -o 10001 -g 10001 -m 0755 /keys/postgres /keys/temporal /keys/redis
ENV NODE_ENV=production
WORKDIR /app
USER 10001:10001

FROM base AS server
COPY --from=build /src/dist/server/ ./
EXPOSE 7070
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.MAINSPRING_PORT||7070)+'/readyz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "packages/server/dist/main.js"]

FROM base AS worker
COPY --from=build /src/dist/worker/ ./
EXPOSE 7071
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.MAINSPRING_WORKER_PORT||7071)+'/readyz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "packages/runtime/dist/worker/main.js"]
