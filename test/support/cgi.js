// @ts-check

/**
 * Turns the header of a CGI answer into the response's and yields the body.
 * @param {AsyncIterable<Buffer>} output
 * @param {import('node:http').ServerResponse} response
 */
export async function* cgiBody(output, response) {
  let head = Buffer.alloc(0);
  for await (const chunk of output) {
    if (response.headersSent) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    const fields = head.toString('latin1', 0, end).split('\r\n');
    const pairs = fields.map((field) => /** @type {[string, string]} */ (field.split(/:\s*(.*)/s, 2)));
    const { Status: status = '200', ...headers } = Object.fromEntries(pairs);
    response.writeHead(Number.parseInt(status, 10), headers);
    yield head.subarray(end + 4);
  }
  if (!response.headersSent) response.writeHead(500);
}
