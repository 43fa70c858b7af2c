/** What the page shows stands in the fragment of its address, which works from disk: "#/trial/ID?verdict=fail,warn". */

export const pageNames = [
  "matrix",
  "trial",
  "implementations",
  "implementation",
  "requirements",
  "requirement",
  "attacks",
  "attack",
  "limits",
] as const;
export type PageName = (typeof pageNames)[number];

/** What of the matrix is shown. Empty means all of it. */
export interface Filter {
  /** Words, each of which must stand in a scenario's id, title, group or sections. */
  readonly text: string;
  readonly group: string;
  /** "RFC 7672 3.1.1", or "RFC 7672" for all of its sections. */
  readonly requirement: string;
  readonly level: string;
  readonly verdicts: readonly string[];
  /** Whose columns are shown. */
  readonly policies: readonly string[];
}

export interface Address {
  readonly page: PageName;
  /** Of the trial, implementation, requirement or attack; "" where the page needs none. */
  readonly name: string;
  readonly filter: Filter;
}

export const wholeMatrix: Filter = {
  text: "",
  group: "",
  requirement: "",
  level: "",
  verdicts: [],
  policies: [],
};

/** Whether a filter lets everything through. */
export function isWhole(filter: Filter): boolean {
  return queryOf(filter) === "";
}

/** @param hash of a location, with its "#"; one that names no page is the matrix */
export function addressOf(hash: string): Address {
  const [path = "", query = ""] = splitOnce(hash.replace(/^#\/?/, ""), "?");
  const [word = "", name = ""] = splitOnce(path, "/");
  const page = pageNames.find((one) => one === word) ?? "matrix";
  return { page, name: decoded(name), filter: filterOf(new URLSearchParams(query)) };
}

/** As it stands in an href. */
export function hrefOf(page: PageName, name = "", filter: Filter = wholeMatrix): string {
  const path = name === "" ? page : `${page}/${encodeURI(name).replace(/[?#]/g, encodeURIComponent)}`;
  const query = filter === wholeMatrix ? "" : queryOf(filter);
  return `#/${page === "matrix" ? "" : path}${query === "" ? "" : `?${query}`}`;
}

function filterOf(query: URLSearchParams): Filter {
  const one = (key: string): string => query.get(key) ?? "";
  const many = (key: string): readonly string[] => one(key).split(",").filter(Boolean);
  return {
    text: one("text"),
    group: one("group"),
    requirement: one("requirement"),
    level: one("level"),
    verdicts: many("verdict"),
    policies: many("policy"),
  };
}

function queryOf({ text, group, requirement, level, verdicts, policies }: Filter): string {
  const fields = {
    text,
    group,
    requirement,
    level,
    verdict: verdicts.join(","),
    policy: policies.join(","),
  };
  const given = Object.entries(fields).filter(([, value]) => value !== "");
  return new URLSearchParams(given).toString().replaceAll("%2C", ",");
}

function splitOnce(text: string, at: string): readonly string[] {
  const place = text.indexOf(at);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
