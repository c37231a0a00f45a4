/* wire/websocket.h - WebSocket as it goes by (RFC 6455): its handshake, and its frames one way.
 *
 * A reader looks on: the bytes that it is fed go their way untouched, whatever it says of them. It
 * counts, it names the first rule that is broken, and it shows whole messages where somebody wants
 * to see them, permessage-deflate (RFC 7692) undone, never more than WS_VIEW_MOST bytes of one.
 * Pure, no I/O. Used by relay/. */
#ifndef WHYTLS_WIRE_WEBSOCKET_H
#define WHYTLS_WIRE_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WS_VIEW_MOST = 65536, /* shown of one message: what is shown of a body as well */
    /* Undone of one message: deflate can make a thousand bytes of one, and beyond this only the
     * counting goes on. */
    WS_INFLATE_MOST = 1024 * 1024,
    WS_REASON_MOST =
        123, /* RFC 6455 §5.5: a control frame has at most 125 bytes, two for the code */
};

/* --- the handshake (RFC 6455 §4) --- */

/* Sec-WebSocket-Accept for this Sec-WebSocket-Key, with a NUL behind it. */
void ws_accept(const char *key, void (*sha1)(const void *bytes, size_t len, uint8_t out[static 20]),
    char out[static 29]);

struct ws_extensions {
    bool deflate;           /* permessage-deflate was agreed upon */
    bool fresh_from_client; /* client_no_context_takeover */
    bool fresh_from_server;
    bool others; /* something else was: the reserved bits may mean anything */
};

/* Sec-WebSocket-Extensions of the answer; NULL: none. */
struct ws_extensions ws_extensions_read(const char *value);

/* --- frames --- */

enum ws_end { WS_CLIENT = 0, WS_SERVER };

struct ws_counts {
    uint64_t frames, messages;
    uint64_t bytes; /* of payload, as it was on the wire */
    unsigned close; /* the code of the Close frame; 1005: it came without one; 0: none came */
    const char
        *fault; /* static: what breaks which section; NULL: nothing. Nothing is read beyond */
    char reason[WS_REASON_MOST + 1]; /* of the Close frame: as it came, NUL-terminated */
};

struct ws_message {
    bool text;        /* else binary */
    bool cut;         /* view is only its beginning */
    uint64_t size;    /* of its payload on the wire */
    const char *view; /* NULL: it cannot be seen through */
    size_t view_len;
};

typedef void (*ws_told)(void *arg, const struct ws_message *message);

struct ws_reader;

/* `told`: once for each whole data message; NULL: nobody looks, and nothing is kept or undone. */
struct ws_reader *ws_reader_new(
    enum ws_end from, const struct ws_extensions *agreed, ws_told told, void *arg);
void ws_reader_free(struct ws_reader *r);
/* Takes all of it. */
void ws_reader_feed(struct ws_reader *r, const void *bytes, size_t n);
const struct ws_counts *ws_reader_counts(const struct ws_reader *r);

#endif
