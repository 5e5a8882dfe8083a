/** Whether a connection's other end is on this machine; IPv4 may come mapped into IPv6. */
export const isLoopback = (address = ''): boolean => /^(?:::ffff:)?127(?:\.\d{1,3}){3}$|^::1$/i.test(address);
