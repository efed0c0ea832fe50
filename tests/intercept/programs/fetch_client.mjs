// PicWish with fetch: node fetch_client.mjs IMAGE RESULT
import { readFile, writeFile } from 'node:fs/promises';

const [image, result] = process.argv.slice(2);
const form = new FormData();
form.set('sync', '1');
form.set('image_file', new Blob([await readFile(image)]), 'a.jpg');
const answer = await fetch('https://techsz.aoscdn.com/api/tasks/visual/segmentation', {
  method: 'POST',
  headers: { 'X-API-KEY': process.env.PICWISH_KEY },
  body: form,
});
const link = (await answer.json()).data.image;
await writeFile(result, Buffer.from(await (await fetch(link)).arrayBuffer()));
