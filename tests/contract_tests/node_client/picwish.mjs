// A client of PicWish segmentation for Node 18 and newer, with nothing but what Node has.

const PATH = "/api/tasks/visual/segmentation";
const DONE = 1;
const INTERVAL = 1000; // milliseconds between queries
const PATIENCE = 35; // queries of a task before it is given up
const MOST = 64 * 1024 * 1024;

export class PicwishError extends Error {
  // `code` is the status in the JSON of a refusal, or the negative state of a task.
  constructor(code, message, retryable) {
    super(`${code}: ${message}`);
    this.name = "PicwishError";
    this.code = code;
    this.retryable = retryable;
  }
}

export class PicwishClient {
  constructor(url, apiKey, { timeout = 40 } = {}) {
    this.url = url;
    this.apiKey = apiKey;
    this.timeout = timeout * 1000;
  }

  // The image and the mask of an image's subject, as Buffers; each only where it was asked for.
  async cutOut(image, { sync, ...options }) {
    if (!sync) return this.finish(await this.begin(image, options));
    return this.#result(await this.#create(image, { ...options, sync: "1" }));
  }

  async begin(image, options) {
    const data = await this.#create(image, { ...options, sync: "0" });
    return checked(data.task_id, "string", "task_id");
  }

  async finish(taskId) {
    for (let query = 0; query < PATIENCE; query++) {
      const data = await this.#call(`${PATH}/${encodeURIComponent(taskId)}`);
      const state = checked(data.state, "number", "state");
      if (state === DONE || state < 0) return this.#result(data);
      await new Promise((resume) => setTimeout(resume, INTERVAL));
    }
    throw new PicwishError(0, `task ${taskId} does not end`, true);
  }

  async received(body) {
    return this.#result(parsed(200, body));
  }

  async #create(image, options) {
    const form = new FormData();
    for (const [name, value] of Object.entries(options)) form.append(name, value);
    if (typeof image === "string") form.append("image_url", image);
    else form.append("image_file", new Blob([image]), "image");
    return this.#call(PATH, { method: "POST", body: form });
  }

  async #call(path, request = {}) {
    const headers = { "X-API-KEY": this.apiKey };
    const { status, content } = await this.#fetch(this.url + path, { ...request, headers });
    return parsed(status, content);
  }

  async #result(data) {
    const state = checked(data.state, "number", "state");
    if (state < 0) throw new PicwishError(state, "the task failed", state === -2 || state === -8);
    if (state !== DONE) throw new PicwishError(state, "the task has not ended", true);
    const result = { image: null, mask: null };
    for (const name of Object.keys(result)) {
      if (data[name] != null) result[name] = await this.#download(checked(data[name], "string", name));
    }
    if (!result.image && !result.mask) throw new PicwishError(200, "the answer has no link", false);
    return result;
  }

  async #download(link) {
    if (!URL.canParse(link)) throw new PicwishError(200, `the link is none: ${link.slice(0, 100)}`, false);
    const { status, content } = await this.#fetch(link);
    if (status !== 200 || !content.length) throw new PicwishError(status, "the result is not to be had", true);
    return content;
  }

  // Of the timeout both the wait for the head of an answer and each wait for more of its body have all.
  async #fetch(url, request = {}) {
    const controller = new AbortController();
    let timer = setTimeout(() => controller.abort(), this.timeout);
    try {
      const answer = await fetch(url, { ...request, signal: controller.signal });
      const parts = [];
      let size = 0;
      for await (const part of answer.body ?? []) {
        clearTimeout(timer);
        timer = setTimeout(() => controller.abort(), this.timeout);
        if ((size += part.length) > MOST) throw new PicwishError(answer.status, "the answer has no end", false);
        parts.push(part);
      }
      return { status: answer.status, content: Buffer.concat(parts) };
    } catch (error) {
      if (error instanceof PicwishError) throw error;
      throw new PicwishError(0, `no answer: ${error.cause?.code ?? error.message}`, true);
    } finally {
      clearTimeout(timer);
    }
  }
}

function parsed(status, content) {
  let body;
  try {
    body = JSON.parse(content.toString("utf8"));
  } catch {
    throw new PicwishError(status, "the answer is no JSON", status >= 500);
  }
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  if (!isObject(body)) throw new PicwishError(status, "the answer is not one of the API", false);
  const said = Number.isInteger(body.status) ? body.status : status;
  if (said !== 200 || (body.status ?? 200) !== 200 || !isObject(body.data)) {
    throw new PicwishError(said, String(body.message), said === 429 || said >= 500);
  }
  return body.data;
}

function checked(value, type, name) {
  if (typeof value !== type) throw new PicwishError(200, `the answer has no ${name}`, false);
  return value;
}
