#include "websocket.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "websocket_view.h"

/* --- the handshake --- */

void ws_accept(const char *key, void (*sha1)(const void *bytes, size_t len, uint8_t out[static 20]),
    char out[static 29])
{
    /* RFC 6455 §1.3 */
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    struct text whole = {0};
    uint8_t digest[20];

    text_add(&whole, key);
    text_add(&whole, guid);
    sha1(text_str(&whole), whole.len, digest);
    text_clear(&whole);
    text_add_base64(&whole, digest, sizeof digest);
    memcpy(out, text_str(&whole), 29);
    text_fini(&whole);
}

/* The next word of a list that ends in one of `ends`, without the blanks around it. */
static size_t word(const char **at, const char *ends, const char **start)
{
    *at += strspn(*at, " \t");
    *start = *at;
    size_t n = strcspn(*at, ends);
    *at += n;
    while (n > 0 && ((*start)[n - 1] == ' ' || (*start)[n - 1] == '\t'))
        n--;
    return n;
}

static bool is(const char *s, size_t n, const char *name)
{
    return strlen(name) == n && strncasecmp(s, name, n) == 0;
}

static void read_parameter(struct ws_extensions *e, const char *s, size_t n)
{
    if (is(s, n, "client_no_context_takeover"))
        e->fresh_from_client = true;
    else if (is(s, n, "server_no_context_takeover"))
        e->fresh_from_server = true;
}

struct ws_extensions ws_extensions_read(const char *value)
{
    struct ws_extensions e = {0};
    const char *s;

    while (value && *value) {
        size_t n = word(&value, ",;", &s);
        bool deflate = is(s, n, "permessage-deflate");

        e.others = e.others || (n > 0 && (!deflate || e.deflate)); /* RFC 7692 §5: once */
        e.deflate = e.deflate || deflate;
        while (*value == ';') {
            value++;
            n = word(&value, ",;", &s);
            if (deflate)
                read_parameter(&e, s, n);
        }
        if (*value == ',')
            value++;
    }
    return e;
}

/* --- frames --- */

/* RFC 6455 §5.2 */
enum { OP_CONTINUATION = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };
enum { FIN = 0x80, RSV1 = 0x40, RSV2_3 = 0x30, OPCODE = 0x0f, MASKED = 0x80, HEADER_MOST = 14 };

struct ws_reader {
    enum ws_end from;
    struct ws_extensions agreed;
    ws_told told;
    void *arg;
    struct ws_view *view; /* owned; NULL: nobody looks */
    struct ws_counts counts;
    uint8_t header[HEADER_MOST];
    size_t header_len;
    uint64_t left; /* of the payload */
    bool in_payload;
    bool in_message; /* a data message is begun, and not whole */
    bool text;       /* … of this kind */
    uint64_t size;   /* … so far */
    unsigned mask_at;
    uint8_t close[2 + WS_REASON_MOST];
    size_t close_len;
};

struct ws_reader *ws_reader_new(
    enum ws_end from, const struct ws_extensions *agreed, ws_told told, void *arg)
{
    struct ws_reader *r = mem_new(sizeof *r);

    r->from = from;
    r->agreed = *agreed;
    r->told = told;
    r->arg = arg;
    if (told && !agreed->others)
        r->view =
            ws_view_new(from == WS_CLIENT ? agreed->fresh_from_client : agreed->fresh_from_server);
    return r;
}

void ws_reader_free(struct ws_reader *r)
{
    if (!r)
        return;
    ws_view_free(r->view);
    mem_free(r);
}

const struct ws_counts *ws_reader_counts(const struct ws_reader *r)
{
    return &r->counts;
}

static void fault(struct ws_reader *r, const char *why)
{
    if (!r->counts.fault)
        r->counts.fault = why;
}

static unsigned opcode(const struct ws_reader *r)
{
    return r->header[0] & OPCODE;
}

static bool is_control(const struct ws_reader *r)
{
    return opcode(r) & 8;
}

/* How long the header is, as far as that can be told. */
static size_t header_want(const struct ws_reader *r)
{
    if (r->header_len < 2)
        return 2;
    unsigned len = r->header[1] & 0x7f;
    return 2u + (len == 126 ? 2u : len == 127 ? 8u : 0u) + (r->header[1] & MASKED ? 4u : 0u);
}

static uint64_t payload_len(struct ws_reader *r)
{
    unsigned short_len = r->header[1] & 0x7f;
    size_t n = short_len == 126 ? 2 : short_len == 127 ? 8 : 0;
    uint64_t len = n ? 0 : short_len;

    for (size_t i = 0; i < n; i++)
        len = len << 8 | r->header[2 + i];
    if ((n == 2 && len < 126) || (n == 8 && len < 65536))
        fault(r, "a length that is not written in the fewest bytes (RFC 6455 §5.2)");
    if (len >> 63)
        fault(r, "a length beyond 63 bits (RFC 6455 §5.2)");
    return len;
}

static void check_control(struct ws_reader *r)
{
    if (opcode(r) > OP_PONG)
        fault(r, "a frame of an unknown kind (RFC 6455 §5.2)");
    if (!(r->header[0] & FIN))
        fault(r, "a control frame in pieces (RFC 6455 §5.5)");
    if (r->left > 125)
        fault(r, "a control frame of more than 125 bytes (RFC 6455 §5.5)");
}

static void check_data(struct ws_reader *r)
{
    if (opcode(r) > OP_BINARY)
        fault(r, "a frame of an unknown kind (RFC 6455 §5.2)");
    if (opcode(r) == OP_CONTINUATION && !r->in_message)
        fault(r, "a continuation of nothing (RFC 6455 §5.4)");
    if (opcode(r) != OP_CONTINUATION && r->in_message)
        fault(r, "a message within a message (RFC 6455 §5.4)");
}

static void check_reserved(struct ws_reader *r)
{
    bool first = opcode(r) == OP_TEXT || opcode(r) == OP_BINARY;

    if (r->agreed.others)
        return;
    if (r->header[0] & RSV2_3 || (r->header[0] & RSV1 && !r->agreed.deflate))
        fault(r, "a reserved bit that was not agreed upon (RFC 6455 §5.2)");
    else if (r->header[0] & RSV1 && !first)
        fault(r, "a frame marked as deflated that begins no message (RFC 7692 §6.1)");
}

static void header_done(struct ws_reader *r)
{
    bool masked = r->header[1] & MASKED;

    r->left = payload_len(r);
    r->in_payload = true;
    r->mask_at = 0;
    r->close_len = 0;
    if (masked != (r->from == WS_CLIENT))
        fault(r, masked ? "a masked frame from the server (RFC 6455 §5.1)"
                        : "a frame of the client that is not masked (RFC 6455 §5.1)");
    if (r->counts.close)
        fault(r, "a frame after the Close frame (RFC 6455 §5.5.1)");
    if (is_control(r))
        check_control(r);
    else
        check_data(r);
    check_reserved(r);
    if (r->counts.fault)
        return;
    r->counts.frames++;
    if (is_control(r) || opcode(r) == OP_CONTINUATION)
        return;
    r->in_message = true;
    r->text = opcode(r) == OP_TEXT;
    r->size = 0;
    if (r->view)
        ws_view_begin(r->view, r->header[0] & RSV1);
}

/* RFC 6455 §7.4: what may stand in a frame. */
static bool is_close_code(unsigned code)
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

static void close_done(struct ws_reader *r)
{
    r->counts.close = r->close_len < 2 ? 1005 : (unsigned)(r->close[0] << 8 | r->close[1]);
    if (r->close_len == 1)
        fault(r, "a Close frame with half a code (RFC 6455 §5.5.1)");
    else if (r->close_len >= 2 && !is_close_code(r->counts.close))
        fault(r, "a Close frame with a code that may not be sent (RFC 6455 §7.4)");
    if (r->close_len > 2)
        memcpy(r->counts.reason, r->close + 2, r->close_len - 2);
}

static void message_done(struct ws_reader *r)
{
    struct ws_message message = {.text = r->text, .size = r->size};

    r->in_message = false;
    r->counts.messages++;
    if (r->view)
        message.view = ws_view_end(r->view, &message.view_len, &message.cut);
    if (r->told)
        r->told(r->arg, &message);
}

static void frame_done(struct ws_reader *r)
{
    bool final = r->header[0] & FIN;

    r->in_payload = false;
    r->header_len = 0;
    if (opcode(r) == OP_CLOSE)
        close_done(r);
    else if (!is_control(r) && final)
        message_done(r);
}

/* A piece of payload, unmasked where it was masked. */
static void keep(struct ws_reader *r, const uint8_t *bytes, size_t n)
{
    if (opcode(r) == OP_CLOSE) {
        memcpy(r->close + r->close_len, bytes, n); /* at most 125: check_control */
        r->close_len += n;
    } else if (!is_control(r) && r->view) {
        ws_view_add(r->view, bytes, n);
    }
}

static void unmask(struct ws_reader *r, const uint8_t *bytes, size_t n)
{
    const uint8_t *key = r->header + header_want(r) - 4;
    uint8_t plain[1024];

    while (n > 0) {
        size_t step = n < sizeof plain ? n : sizeof plain;

        for (size_t i = 0; i < step; i++)
            plain[i] = bytes[i] ^ key[(r->mask_at + i) & 3];
        r->mask_at = (unsigned)((r->mask_at + step) & 3);
        keep(r, plain, step);
        bytes += step;
        n -= step;
    }
}

static void take_payload(struct ws_reader *r, const uint8_t *bytes, size_t n)
{
    r->counts.bytes += n;
    r->left -= n;
    if (!is_control(r))
        r->size += n;
    if (!r->view && opcode(r) != OP_CLOSE)
        return;
    if (r->header[1] & MASKED)
        unmask(r, bytes, n);
    else
        keep(r, bytes, n);
}

void ws_reader_feed(struct ws_reader *r, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;

    while (n > 0 && !r->counts.fault) {
        size_t step = 1;

        if (!r->in_payload) {
            r->header[r->header_len++] = *at;
            if (r->header_len == header_want(r))
                header_done(r);
        } else {
            step = n < r->left ? n : (size_t)r->left;
            take_payload(r, at, step);
        }
        at += step;
        n -= step;
        if (r->in_payload && r->left == 0 && !r->counts.fault)
            frame_done(r);
    }
}
