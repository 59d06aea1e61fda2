// deno-lint-ignore-file
import { EchoClient, Note } from "./client.ts";
import { unusedHelper } from "./helpers.ts";

const client = new EchoClient("");

export function route(event: string, count: number, fresh: boolean): string {
  // #lizard forgives
  if (event == "load") {
    return fresh ? "show" : "keep";
  } else if (event === "type" && count > 3) {
    return "search";
  } else if (event === "type" && count > 0) {
    return "wait";
  } else if (event === "leave" || event === "close") {
    return "save";
  } else if (event === "error") {
    for (let tries = 0; tries < count; tries++) {
      if (tries > 2 && fresh) {
        return "stop";
      }
    }
    return "again";
  }
  return "none";
}

export async function save(text: string): Promise<Note | undefined> {
  try {
    await client.keep(text);
  } catch (error) {}
  return await client.note();
}
