import "./app/no-generated-code.ts";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./app/mantine.css";
import "./app/tokens.css";
import "./app/base.css";
import { createQueryClient } from "./app/queries.ts";
import { router } from "./app/router.tsx";
import { theme } from "./app/theme.ts";
import { SessionGate } from "./session/gate.tsx";
import { createSessionStore } from "./session/session.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");
const session = createSessionStore(window.sessionStorage);

// The variables and classes that Mantine would put into style elements are in our files: the server's policy allows no others.
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={createQueryClient()}>
        <SessionGate session={session}>
          <RouterProvider router={router} />
        </SessionGate>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
