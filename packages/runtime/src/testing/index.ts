// What tests of other packages use to start runs and to look at what is left of them.
export { countingEndpoint, type CountingEndpoint, type EndpointCall } from "./counting-endpoint.ts";
export { openEvidence, type Evidence } from "./evidence.ts";
export { newApiKey, newTenant } from "./publish.ts";
export { noRedisHere, startRedis, type RedisServer } from "./redis-server.ts";
export { until } from "./until.ts";
export { newWorld, testWaits, type World } from "./world.ts";
export { everyPayload, everyRow } from "./everything-stored.ts";
