/* http/head_write.h - the head of a request as a proxy passes it on. */
#ifndef WHYTLS_HTTP_HEAD_WRITE_H
#define WHYTLS_HTTP_HEAD_WRITE_H

struct evbuffer;
struct h1_head;

/* Appends the head of a request that came in absolute form (RFC 9112 §3.2.2) as the site shall see
 * it: origin form, Host after the target, without what was meant for the proxy (Proxy-*, Connection
 * and the fields it names, Keep-Alive, TE: RFC 9110 §7.6.1). Everything else keeps its order, case
 * and spacing. Transfer-Encoding and Content-Length stay: the body goes on as it came. Upgrade
 * stays when Connection asks for it. No Via: the site should see what it would see without us. A
 * head in another form loses the proxy's fields only. */
void head_forward_request(const struct h1_head *head, struct evbuffer *out);

/* Appends the head of a response: as it came, unless RFC 9112 forbids a proxy to pass it on so. A
 * blank before a colon goes (§5.1), a folded value is put on one line (§5.2). */
void head_write_response(const struct h1_head *head, struct evbuffer *out);

#endif
