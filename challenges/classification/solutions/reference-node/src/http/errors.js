/** An error that the caller is told about: status, stable code and a message fit to be shown. */
export class ApiError extends Error {
  constructor(status, code, message, headers = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const badRequest = (code, message) => new ApiError(400, code, message);
export const unprocessable = (message) => new ApiError(422, 'invalid_ticket', message);

export function errorBody(code, message) {
  return { error: { code, message } };
}
