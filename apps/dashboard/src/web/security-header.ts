import type { RequestHandler } from 'express';

const policy = (more: Record<string, string> = {}): string =>
  Object.entries({
    'default-src': "'self'",
    'img-src': "'self' data:",
    'object-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
    ...more,
  })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');

const ours = policy();
/** Bull Board sets a base address, and its menus and charts write style elements; its scripts are files like ours. */
const board = policy({ 'base-uri': "'self'", 'style-src': "'self' 'unsafe-inline'" });

/** Pages are never kept, files that are the same for everybody for a while. */
const keptFor = (path: string): string =>
  path.startsWith('/static/') || path.startsWith('/board/static/') ? 'private, max-age=3600' : 'no-store';

/** What every response says about what a browser may do with it. */
export const securityHeaders: RequestHandler = (request, response, next) => {
  response.set({
    'Content-Security-Policy': request.path.startsWith('/board') ? board : ours,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), interest-cohort=()',
    'Cache-Control': keptFor(request.path),
  });
  if (request.secure) response.set('Strict-Transport-Security', 'max-age=31536000');
  next();
};
