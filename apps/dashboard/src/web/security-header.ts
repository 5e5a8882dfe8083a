import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Helmet's headers, stricter: no page may be framed, nothing runs inline, no other site learns where its reader came from. */
const secured = (more: Record<string, string[]> = {}): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'object-src': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        ...more,
      },
    },
    // Browsers heed it only where it came over TLS (RFC 6797, 8.1).
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
  });

const ours = secured();
/** Bull Board sets a base address, and its menus and charts write style elements; its scripts are files like ours. */
const board = secured({ 'base-uri': ["'self'"], 'style-src': ["'self'", "'unsafe-inline'"] });

/** What every response says about what a browser may do with it. Pages are never kept, files that are the same for all for a while. */
export const securityHeaders: RequestHandler = (request, response, next) => {
  const { path } = request;
  const isFile = path.startsWith('/static/') || path.startsWith('/board/static/');
  response.set({
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), interest-cohort=()',
    'Cache-Control': isFile ? 'private, max-age=3600' : 'no-store',
  });
  (path.startsWith('/board') ? board : ours)(request, response, next);
};
