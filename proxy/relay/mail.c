/* relay/mail.c - a mail program and its server: what of their plain dialogue goes into the record,
 * and what is said when it does not come to TLS. */
#include "relay_priv.h"

#include <event2/buffer.h>
#include <string.h>

#include "flow/facts.h"
#include "flow/legs.h"
#include "look.h"
#include "wire/mail_login.h"

void mail_begin(struct relay *r)
{
    struct flow_mail *told = r->flow->mail;

    if (told)
        return;
    if (r->mail == MAIL_NONE)
        r->mail = mail_protocol_of_port(r->port, &r->implicit);
    if (r->mail == MAIL_NONE)
        return;
    r->flow->mail = told = FLOW_MAKE(r->flow, mail);
    told->protocol = mail_service_name(r->mail, r->port);
    told->starttls = r->implicit ? "implicit" : "none";
}

/* A mail program shows these words, where it would say nothing of an end without any. RFC 9051
 * §7.1.5, RFC 5321 §3.8, RFC 1939 §3, RFC 5804 §1.2. XMPP can say it only inside a stream. */
void mail_say_no(struct relay *r)
{
    static const char *const begins[] = {[MAIL_IMAP] = "* BYE ",
        [MAIL_SMTP] = "421 ",
        [MAIL_POP3] = "-ERR ",
        [MAIL_SIEVE] = "BYE \"",
        [MAIL_XMPP] = NULL};
    struct side *client = &r->side[LEG_CLIENT];

    if (!begins[r->mail] || r->implicit)
        return;
    evbuffer_add_printf(side_out(client), "%s%s cannot be reached (%s), says whytls%s\r\n",
        begins[r->mail], r->host, r->flow->dial->error, r->mail == MAIL_SIEVE ? "\"" : "");
    side_flush(client);
}

static void see_client(void *arg, const void *piece, size_t n)
{
    mail_login_client(arg, piece, n);
}

static void see_server(void *arg, const void *piece, size_t n)
{
    mail_login_server(arg, piece, n);
}

void mail_see(struct relay *r, enum leg_side from, struct evbuffer *bytes)
{
    if (!r->login) {
        r->login = arena_new(&r->flow->arena, sizeof *r->login);
        mail_login_init(r->login, r->mail);
    }
    look_along(bytes, from == LEG_CLIENT ? see_client : see_server, r->login);
}

void mail_record(struct relay *r)
{
    struct flow_mail *told = r->flow->mail;

    if (r->login && told)
        told->login_refused =
            r->login->state == LOGIN_REFUSED ? flow_text(r->flow, r->login->words) : NULL;
}

/* How it came out, in the words of the record (flow/record.def); the same as explain's. */
static const char *starttls_word(const struct mail_watch *w)
{
    bool cut = w->listed && !w->offered;

    if (w->state == WATCH_INJECTED)
        return "injected";
    if (w->state == WATCH_LOST)
        return "none";
    if (w->masked || (w->state == WATCH_UPGRADED && cut))
        return "stripped";
    if (w->refused && !cut)
        return "refused";
    if (cut)
        return "absent";
    return w->offered || w->state == WATCH_UPGRADED ? "offered" : "none";
}

static void note_plain(struct relay *r)
{
    const struct mail_watch *w = &r->watch;

    if (w->state != WATCH_PLAIN)
        return;
    if (w->login && w->offered)
        flow_note_add(r->flow, "relay/plain-login", "high",
            "The program logged in without TLS, although the server offers it: name and password "
            "crossed the network in the open.",
            "proxy");
    else if (w->login)
        flow_note_add(r->flow, "relay/plain-login", "high",
            "The program logged in without TLS: name and password crossed the network in the open.",
            "proxy");
    else
        flow_note_add(r->flow, "relay/plain-mail", "medium",
            "Mail was sent without TLS: all of it crossed the network in the open.", "proxy");
}

static void failed(struct relay *r, enum symptom symptom)
{
    struct flow_server_leg *leg = r->flow->server_leg;

    if (!leg || r->server_failed)
        return;
    r->server_failed = true;
    record_server_leg(r);
    leg->symptom = symptom_name(symptom);
    fail_tell(r, "server");
}

/* Did TLS fail to come about, or did nobody want it? A list without it is what an attack looks like
 * to a program that then goes on without. */
static bool wanted_tls(const char *word)
{
    return strcmp(word, "offered") != 0 && strcmp(word, "none") != 0;
}

void mail_over(struct relay *r)
{
    const struct mail_watch *w = &r->watch;
    struct flow_mail *told = r->flow->mail;

    if (!told)
        return;
    told->starttls = starttls_word(w);
    if (w->words[0])
        told->words = flow_text(r->flow, w->words);
    if (w->state == WATCH_LOST)
        flow_note_add(r->flow, "relay/other-protocol", "low",
            "What is spoken here is not the mail protocol that it seemed to be.", "proxy");
    if (w->state == WATCH_INJECTED) {
        told->injected_by = w->held ? "client" : "server";
        flow_note_add(r->flow, "relay/starttls-injection", "high",
            w->held
                ? "The program, or somebody between it and us, sent more behind its STARTTLS: it "
                  "would have crossed into TLS. Both connections were ended."
                : "The server, or somebody on the way, sent more behind its go-ahead for TLS: it "
                  "would have crossed into TLS. Both connections were ended.",
            "proxy");
    }
    note_plain(r);
    if (w->state != WATCH_UPGRADED && wanted_tls(told->starttls))
        failed(r, SYMPTOM_NO_UPGRADE);
}

void mail_not_tls(struct relay *r)
{
    r->flow->mail->starttls = "implicit";
    failed(r, SYMPTOM_NOT_TLS);
}
