// What hosts packs of actions outside the authored-workflow worker. It loads nothing of the engine.
export { registerPack, startPackWorker, type Pack, type PackWorker, type RegisteredPack } from "./packs/pack-worker.ts";
