/** What keys and the palette need of time: loaded behind the first picture, or when first asked for. */
export { redo, undo } from "../undo/undo.ts";
export { previousEvent, runTo } from "./run.ts";
