// Lets the contract kit drive the client in picwish.mjs: a line of JSON in, a line out.

import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { PicwishClient, PicwishError } from "./picwish.mjs";

const operations = { picwish: ["cut_out", "begin", "finish", "received"] };
const clients = new Map();

const calls = {
  hello: async () => ({ protocol: 1, name: "node", language: "JavaScript", operations, concurrent: true }),
  client: async ({ id, access, timeout }) => {
    clients.set(id, new PicwishClient(access.url, access.api_key, { timeout }));
    return { client: id };
  },
  close: async ({ client }) => ({ closed: clients.delete(client) }),
  cut_out: async (asked) => cutOut(asked, async (client, image, options) => files(await client.cutOut(image, options))),
  begin: async (asked) => cutOut(asked, (client, image, options) => client.begin(image, options)),
  finish: async ({ client, arguments: { handle } }) => ({ result: files(await clients.get(client).finish(handle)) }),
  received: async ({ client, arguments: { body } }) => ({
    result: files(await clients.get(client).received(await readFile(body.path))),
  }),
};

async function cutOut({ client, image, arguments: options }, act) {
  if ((options.return_type ?? "1") !== "1") return { unimplemented: "it takes results as links alone" };
  const content = image.url ?? (await readFile(image.path));
  return { result: await act(clients.get(client), content, options) };
}

const files = (result) =>
  Object.fromEntries(
    Object.entries(result).map(([name, content]) => [name, content && { base64: content.toString("base64") }]),
  );

async function answer(line) {
  const question = JSON.parse(line);
  let said;
  try {
    said = await calls[question.do](question);
  } catch (error) {
    const own = error instanceof PicwishError;
    const code = own && error.code !== 0 ? String(error.code) : null;
    said = { error: { text: String(error), own, code, retryable: own ? error.retryable : null } };
  }
  process.stdout.write(JSON.stringify({ id: question.id, ...said }) + "\n");
}

createInterface({ input: process.stdin }).on("line", answer);
