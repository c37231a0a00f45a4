/* export/pcapng.c - packets for Wireshark and its like (draft-ietf-opsawg-pcapng), made out of what
 * was kept. Where the ciphertext was kept, and is wanted raw: both legs as they crossed, with the
 * secrets that open them. Else what was said inside, in clear: HTTP/1.1 on port 80, bodies without
 * their codings. The file says so itself. */
#include "export_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "flow/flow.h"
#include "flow/outcome.h"
#include "flow/spoken.h"
#include "packet.h"
#include "tls/leg.h"
#include "tls/tape.h"

/* Blocks (§4), options (§3.5) and the link type of bare IP packets. */
enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_NAMES = 4,
    BLOCK_PACKET = 6,
    BLOCK_SECRETS = 10,
    SECRETS_TLS = 0x544c534b,
    OPTION_COMMENT = 1,
    OPTION_PROGRAM = 4,
    OPTION_NAME = 2,
    NAME_V4 = 1,
    NAME_V6 = 2,
    LINK_RAW = 101,
    PORT = 80,
    COMMENT_MOST = 1000,
};

/* Numbers lie as on the machine that wrote them (§4.1): least byte first here, whatever it is. */
static void put(struct text *out, uint64_t n, int bytes)
{
    for (int i = 0; i < bytes; i++)
        text_add_char(out, (char)(n >> (8 * i)));
}

static void pad(struct text *out)
{
    while (out->len % 4)
        text_add_char(out, '\0');
}

static void option(struct text *out, unsigned code, const char *value)
{
    size_t len = strlen(value);

    put(out, code, 2);
    put(out, len, 2);
    text_add_n(out, value, len);
    pad(out);
}

static void block(struct text *out, unsigned type, struct text *body)
{
    pad(body);
    put(out, type, 4);
    put(out, 12 + body->len, 4);
    text_add_n(out, text_str(body), body->len);
    put(out, 12 + body->len, 4);
    text_clear(body);
}

static void *begin(struct text *out)
{
    struct text body = {0};

    put(&body, 0x1a2b3c4d, 4);
    put(&body, 1, 2);
    put(&body, 0, 2);
    put(&body, UINT64_MAX, 8); /* the length of the section is not told */
    option(&body, OPTION_COMMENT,
        "Made by whytls out of what it kept. On port 80: what was said inside TLS, in clear, "
        "bodies without their codings. On other ports: both legs as they crossed, with their "
        "secrets.");
    option(&body, OPTION_PROGRAM, "whytls " WHYTLS_VERSION);
    put(&body, 0, 4);
    block(out, BLOCK_SECTION, &body);
    put(&body, LINK_RAW, 2);
    put(&body, 0, 2);
    put(&body, 0, 4);
    option(&body, OPTION_NAME, "whytls");
    put(&body, 0, 4);
    block(out, BLOCK_INTERFACE, &body);
    text_fini(&body);
    return NULL;
}

/* --- one connection --- */

struct capture {
    const struct leaving *l;
    struct packet_talk talk;
    struct text *out;
    struct text packet, body; /* places */
    int64_t at_ms;
    char comment[COMMENT_MOST]; /* of the next packet */
};

static void send_packet(struct capture *c, int from, unsigned flags, const void *data, size_t len)
{
    uint64_t us = (uint64_t)(c->at_ms > 0 ? c->at_ms : 0) * 1000;

    text_clear(&c->packet);
    packet_write(&c->talk, from, flags, data, len, &c->packet);
    put(&c->body, 0, 4);
    put(&c->body, us >> 32, 4);
    put(&c->body, us & UINT32_MAX, 4);
    put(&c->body, c->packet.len, 4);
    put(&c->body, c->packet.len, 4);
    text_add_n(&c->body, c->packet.at, c->packet.len);
    pad(&c->body);
    if (*c->comment) {
        option(&c->body, OPTION_COMMENT, c->comment);
        put(&c->body, 0, 4);
        *c->comment = '\0';
    }
    block(c->out, BLOCK_PACKET, &c->body);
}

static void send_bytes(struct capture *c, int from, const struct text *bytes)
{
    for (size_t at = 0; at < bytes->len;) {
        size_t left = bytes->len - at;
        size_t n = left < PACKET_PAYLOAD_MOST ? left : PACKET_PAYLOAD_MOST;

        send_packet(c, from, PACKET_ACK | PACKET_PSH, bytes->at + at, n);
        at += n;
    }
    send_packet(c, !from, PACKET_ACK, "", 0);
}

/* --- a message --- */

/* These told of a framing, or of codings, that are not here any more. */
static void put_field(void *arg, const char *name, const char *value)
{
    static const char *const gone[] = {"Content-Length", "Transfer-Encoding", "Content-Encoding",
        "Trailer", "Connection", "Keep-Alive", "Upgrade"};

    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        if (text_equal_caseless(name, gone[i]))
            return;
    text_printf(arg, "%s: %s\r\n", name, value);
}

/* The path of a URL, as a request line has it. */
static const char *path_of(const char *url)
{
    const char *authority = strstr(url, "://");
    const char *path = authority ? strchr(authority + 3, '/') : NULL;

    return path ? path : "/";
}

static void request_line(
    const struct flow_exchange *x, const struct spoken_message *m, struct text *out)
{
    size_t host = strcspn(x->url, ":");

    text_printf(out, "%s %s HTTP/1.1\r\n", x->method, path_of(x->url));
    if (!m && !strncmp(x->url + host, "://", 3))
        text_printf(
            out, "Host: %.*s\r\n", (int)strcspn(x->url + host + 3, "/?#"), x->url + host + 3);
}

static void status_line(
    const struct flow_exchange *x, const struct spoken_message *m, struct text *out)
{
    struct text reason = {0};

    message_reason(m, &reason);
    text_printf(out, "HTTP/1.1 %" PRId64 " %s\r\n", x->status, text_str(&reason));
    text_fini(&reason);
}

/* RFC 9112 §6.3: without a length such a response would run to the end of the connection. */
static bool wants_length(const struct flow_exchange *x, enum spoken_side side)
{
    return side == SPOKEN_RESPONSE && strcmp(x->method, "HEAD") && x->status >= 200 &&
           x->status != 204 && x->status != 304;
}

static void add_body(struct capture *c, const struct spoken_message *m, int64_t size,
    bool with_length, struct text *out)
{
    struct text body = {0};
    bool whole = size == 0;

    if (m && m->body_kept)
        message_body(m, c->l->raw, &body, &whole);
    if (!whole)
        snprintf(c->comment, sizeof c->comment, "Of a body of %" PRId64 " bytes %s was kept.", size,
            body.len ? "the beginning" : "nothing");
    if (body.len || with_length)
        text_printf(out, "Content-Length: %zu\r\n", body.len);
    text_add(out, "\r\n");
    text_add_n(out, text_str(&body), body.len);
    text_fini(&body);
}

static void send_message(struct capture *c, size_t n, enum spoken_side side)
{
    const struct flow_exchange *x = &c->l->flow->exchanges[n];
    const struct spoken_message *m = leaving_message(c->l, n, (int)side);
    struct text bytes = {0};

    if (side == SPOKEN_REQUEST)
        request_line(x, m, &bytes);
    else
        status_line(x, m, &bytes);
    message_fields(m, c->l->raw, put_field, &bytes);
    add_body(c, m, side == SPOKEN_REQUEST ? x->request_bytes : x->response_bytes,
        wants_length(x, side), &bytes);
    send_bytes(c, (int)side, &bytes);
    text_fini(&bytes);
}

/* --- a flow --- */

/* Wireshark shows the host where the packet has the address. */
static void put_name(struct capture *c)
{
    const char *host = c->l->flow->target->host;
    size_t address = c->talk.is_v6 ? 16 : 4, len = host ? strlen(host) + 1 : 0;

    if (!len || len > 256)
        return;
    put(&c->body, c->talk.is_v6 ? NAME_V6 : NAME_V4, 2);
    put(&c->body, address + len, 2);
    text_add_n(&c->body, (const char *)c->talk.end[1].address, address);
    text_add_n(&c->body, host, len);
    pad(&c->body);
    put(&c->body, 0, 4); /* the last record */
    block(c->out, BLOCK_NAMES, &c->body);
}

static void comment_flow(struct capture *c)
{
    const struct flow *f = c->l->flow;
    const char *why = leaving_why(f);

    snprintf(c->comment, sizeof c->comment, "%s: %s, port %" PRId64 ", %s%s%s", f->id,
        f->target->host ? f->target->host : "unknown", f->target->port,
        outcome_name(flow_outcome(f)), why ? ". " : "", why ? why : "");
}

static void send_exchanges(struct capture *c)
{
    const struct flow *f = c->l->flow;
    const struct spoken *s = c->l->spoken;

    for (size_t n = 0; n < f->n_exchanges; n++) {
        if (s && n < s->n)
            c->at_ms = f->at_ms + s->at[n].at_ms;
        send_message(c, n, SPOKEN_REQUEST);
        c->at_ms += f->exchanges[n].ms;
        if (f->exchanges[n].status != FLOW_NONE)
            send_message(c, n, SPOKEN_RESPONSE);
    }
}

static void greet(struct capture *c)
{
    send_packet(c, 0, PACKET_SYN, "", 0);
    send_packet(c, 1, PACKET_SYN | PACKET_ACK, "", 0);
    send_packet(c, 0, PACKET_ACK, "", 0);
}

static void part(struct capture *c)
{
    send_packet(c, 0, PACKET_FIN | PACKET_ACK, "", 0);
    send_packet(c, 1, PACKET_FIN | PACKET_ACK, "", 0);
    send_packet(c, 0, PACKET_ACK, "", 0);
}

static void write_clear(struct capture *c)
{
    const struct flow *f = c->l->flow;

    packet_talk_begin(&c->talk, f->client->ip, (uint16_t)f->client->port,
        f->server_leg ? f->server_leg->address : NULL, PORT);
    put_name(c);
    comment_flow(c);
    greet(c);
    send_exchanges(c);
    if (f->n_exchanges)
        part(c);
    else
        send_packet(c, 0, PACKET_RST | PACKET_ACK, "", 0);
}

/* --- what crossed, encrypted --- */

/* A Decryption Secrets Block (§4.7) stands before the packets that it opens. */
static void put_secrets(struct capture *c, const struct tape *t)
{
    if (!t->secrets.len)
        return;
    put(&c->body, SECRETS_TLS, 4);
    put(&c->body, t->secrets.len, 4);
    text_add_n(&c->body, t->secrets.at, t->secrets.len);
    block(c->out, BLOCK_SECRETS, &c->body);
}

/* On the client's leg we are the server, on the server's the client, at an address for examples. */
static void write_leg(struct capture *c, enum leg_side which)
{
    const struct flow *f = c->l->flow;
    const struct tape *t = c->l->tape[which];
    size_t at = 0;

    packet_talk_begin(&c->talk, which == LEG_CLIENT ? f->client->ip : NULL,
        (uint16_t)f->client->port, f->server_leg ? f->server_leg->address : NULL,
        (uint16_t)f->target->port);
    put_secrets(c, t);
    put_name(c);
    comment_flow(c);
    greet(c);
    for (size_t i = 0; i < t->n; i++) {
        const struct text piece = {.at = t->bytes.at + at, .len = t->pieces[i].len};

        send_bytes(c, t->pieces[i].ours == (which == LEG_CLIENT), &piece);
        at += piece.len;
    }
    if (t->cut)
        snprintf(c->comment, sizeof c->comment, "More crossed than was kept.");
    part(c);
}

static bool write_flow(void *state, const struct leaving *l, struct text *out, struct err *e)
{
    struct capture c = {.l = l, .out = out, .at_ms = l->flow->at_ms};

    (void)state;
    (void)e;
    if (!l->tape[LEG_CLIENT] && !l->tape[LEG_SERVER])
        write_clear(&c);
    for (enum leg_side which = LEG_CLIENT; which <= LEG_SERVER; which++)
        if (l->tape[which])
            write_leg(&c, which);
    text_fini(&c.packet);
    text_fini(&c.body);
    return true;
}

const struct export_writer export_writer_pcapng = {
    .name = "pcapng",
    .type = "application/x-pcapng",
    .suffix = ".pcapng",
    .wants_spoken = true,
    .wants_tapes = true,
    .begin = begin,
    .flow = write_flow,
};
