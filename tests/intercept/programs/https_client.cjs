// AILabTools with https and an agent of its own: node https_client.cjs IMAGE RESULT
const fs = require('fs');
const https = require('https');

const [image, result] = process.argv.slice(2);
const agent = new https.Agent({ keepAlive: true });
const boundary = 'a-boundary';
const body = Buffer.concat([
  Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n`),
  fs.readFileSync(image),
  Buffer.from(`\r\n--${boundary}--\r\n`),
]);

function call(url, options, content) {
  return new Promise((done, failed) => {
    const request = https.request(url, { agent, ...options }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => done(Buffer.concat(parts)));
    });
    request.on('error', failed);
    request.end(content);
  });
}

(async () => {
  const headers = {
    'ailabapi-api-key': process.env.AILAB_KEY,
    'Content-Type': `multipart/form-data; boundary=${boundary}`,
  };
  const url = 'https://www.ailabapi.com/api/cutout/portrait/avatar-extraction';
  const answer = JSON.parse(await call(url, { method: 'POST', headers }, body));
  fs.writeFileSync(result, await call(answer.data.elements[0].image_url, {}));
})();
