/** The door of the scenario room for the playground and the command line. */
export type { GivenObject } from "./import.ts";
export { type LinkContent, type LinkResult, readLink, writeLink } from "./link.ts";
export { parseScenario, problem, type Scenario, withMend } from "./parse.ts";
export { placeOfField, placeOfMessage } from "./place.ts";
export type { PathProblem, Problem } from "./problem.ts";
export type { ScenarioSpec } from "./spec.ts";
