/* relay/stage_socks.c - SOCKS version 5 (RFC 1928): the methods, a login when one is asked for, the
 * request. As with CONNECT, success is answered before the site is dialled: the ClientHello has to
 * be seen first, and whatever fails later is explained inside TLS. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <string.h>

#include "flow/facts.h"
#include "guests.h"
#include "onboard/site.h"
#include "wire/socks.h"

static void answer(struct relay *r, const uint8_t *bytes, size_t n)
{
    evbuffer_add(side_out(&r->side[LEG_CLIENT]), bytes, n);
    side_flush(&r->side[LEG_CLIENT]);
}

static enum stage refuse(struct relay *r, const char *why)
{
    flow_note_add(r->flow, "relay/bad-socks", "low", why, "proxy");
    return STAGE_DRAIN;
}

static enum stage choose_method(struct relay *r, const struct socks_greeting *greeting)
{
    const struct guests *guests = relay_world(r)->guests;
    uint8_t out[SOCKS_MESSAGE_MOST];

    if (guests ? greeting->password : greeting->no_login || greeting->password) {
        bool login = guests || !greeting->no_login;

        answer(r, out, socks_write_method(out, login ? SOCKS_PASSWORD : SOCKS_NO_LOGIN));
        r->socks = login ? SOCKS_STEP_LOGIN : SOCKS_STEP_REQUEST;
        return STAGE_SOCKS;
    }
    answer(r, out, socks_write_method(out, SOCKS_NO_METHOD));
    if (!guests)
        return refuse(r, "The SOCKS client offers no method that is known here (RFC 1928 3).");
    r->flow->client->login = "asked";
    return STAGE_DRAIN;
}

static enum stage check_login(struct relay *r, const struct socks_login *login)
{
    const struct guests *guests = relay_world(r)->guests;
    uint8_t out[SOCKS_MESSAGE_MOST];
    bool welcome = !guests || guests_know(guests, login->user, login->password);

    answer(r, out, socks_write_login_answer(out, welcome));
    if (!welcome)
        r->flow->client->login = "wrong";
    r->socks = SOCKS_STEP_REQUEST;
    return welcome ? STAGE_SOCKS : STAGE_DRAIN;
}

static enum stage take_request(struct relay *r, const struct socks_request *request)
{
    uint8_t out[SOCKS_MESSAGE_MOST];

    if (request->command != SOCKS_CONNECT) {
        answer(r, out, socks_write_answer(out, SOCKS_BAD_COMMAND));
        return refuse(r, "The SOCKS client asked for something else than CONNECT: UDP and "
                         "incoming connections are not relayed.");
    }
    memcpy(r->host, request->host, sizeof r->host);
    r->port = request->port;
    flow_set_target(r->flow, r->host, r->port, "socks");
    answer(r, out, socks_write_answer(out, SOCKS_DONE));
    if (site_is_host(r->host))
        return STAGE_ENTRY; /* its requests are read as if they had come to our own address */
    r->is_connect = true;
    return STAGE_HELLO;
}

/* SOCKS version 4 has no names and no login worth the word. Its answer 91 is "rejected". */
static enum stage refuse_version_4(struct relay *r)
{
    static const uint8_t rejected[8] = {0, 91};

    answer(r, rejected, sizeof rejected);
    return refuse(r, "The client speaks SOCKS version 4; set it to version 5.");
}

/* One message, when it is whole. */
static enum socks_read step(struct relay *r, struct evbuffer *in, enum stage *next)
{
    size_t n = evbuffer_get_length(in), used = 0;
    struct socks_greeting greeting;
    struct socks_login login;
    struct socks_request request;
    enum socks_answer says = SOCKS_FAILED;
    enum socks_read is = SOCKS_NEED_MORE;
    const char *why = "";

    if (n > SOCKS_MESSAGE_MOST)
        n = SOCKS_MESSAGE_MOST;
    const uint8_t *bytes = n ? evbuffer_pullup(in, (ssize_t)n) : NULL;
    switch (r->socks) {
    case SOCKS_STEP_GREETING:
        is = socks_read_greeting(bytes, n, &greeting, &used, &why);
        break;
    case SOCKS_STEP_LOGIN:
        is = socks_read_login(bytes, n, &login, &used, &why);
        break;
    case SOCKS_STEP_REQUEST:
        is = socks_read_request(bytes, n, &request, &used, &says, &why);
        break;
    }
    if (is == SOCKS_BAD && r->socks == SOCKS_STEP_REQUEST) {
        uint8_t out[SOCKS_MESSAGE_MOST];

        answer(r, out, socks_write_answer(out, says));
    }
    if (is == SOCKS_BAD)
        *next = refuse(r, why);
    if (is != SOCKS_READY)
        return is;
    evbuffer_drain(in, used);
    if (r->socks == SOCKS_STEP_GREETING)
        *next = choose_method(r, &greeting);
    else if (r->socks == SOCKS_STEP_LOGIN)
        *next = check_login(r, &login);
    else
        *next = take_request(r, &request);
    explicit_bzero(&login, sizeof login);
    return is;
}

enum stage stage_socks(struct relay *r)
{
    const struct side *client = &r->side[LEG_CLIENT];
    struct evbuffer *in = client->pipe->in;
    enum stage next = STAGE_SOCKS;
    uint8_t version = 5;

    r->flow->entry = "socks";
    if (r->socks == SOCKS_STEP_GREETING && evbuffer_copyout(in, &version, 1) == 1 && version == 4)
        return refuse_version_4(r);
    while (next == STAGE_SOCKS && step(r, in, &next) == SOCKS_READY)
        ;
    if (next == STAGE_SOCKS && (client->eof || client->reset || relay_is_draining(r)))
        return STAGE_DRAIN;
    return next;
}
