#include "legs.h"

#include <string.h>

#include "base/text.h"
#include "cert/chain.h"
#include "facts.h"
#include "tls/request.h"
#include "wire/alert.h"

enum { DH_BITS_LEAST = 2048 }; /* RFC 9325 §4.4 */

static const char *text_or_null(struct flow *f, const char *text)
{
    return text[0] ? flow_text(f, text) : NULL;
}

static struct flow_alert *make_alert(struct flow *f, const struct leg_alert *seen)
{
    struct flow_alert *alert = FLOW_MAKE(f, alert);

    alert->from = seen->from_client ? "client" : "server";
    alert->number = seen->number;
    alert->name = alert_name(seen->number);
    alert->phase = leg_phase_name(seen->phase);
    return alert;
}

/* IANA names say it all: RFC 8446 appendix B.4 for those without a key exchange in them. */
static const char *cipher_fault(const struct leg_facts *facts)
{
    const char *cipher = facts->cipher;

    if (strstr(cipher, "_NULL_"))
        return "null";
    if (strstr(cipher, "_RC4_"))
        return "rc4";
    if (strstr(cipher, "_3DES_"))
        return "3des";
    if (facts->dh_bits > 0 && facts->dh_bits < DH_BITS_LEAST)
        return "weak-dh";
    return text_starts(cipher, "TLS_RSA_WITH_") ? "no-forward-secrecy" : NULL;
}

/* Ours takes more than any phone, so that a certificate arrives and can be judged. */
static const char *sigalg_fault(const struct flow *f, const char *sigalg)
{
    const struct flow_texts *offered = f->client_leg ? &f->client_leg->hello->sigalgs : NULL;

    if (!*sigalg || !offered || !offered->n)
        return NULL;
    for (size_t i = 0; i < offered->n; i++)
        if (!strcmp(offered->at[i], sigalg))
            return NULL;
    return "not-offered";
}

static void fill_handshake(struct flow *f, const struct leg_facts *facts)
{
    struct flow_server_leg *leg = f->server_leg;

    leg->sigalg = text_or_null(f, facts->sigalg);
    leg->sigalg_fault = sigalg_fault(f, facts->sigalg);
    leg->cipher_fault = cipher_fault(facts);
    if (facts->dh_bits)
        leg->dh_bits = facts->dh_bits;
    leg->first_words = text_or_null(f, facts->first_words);
    leg->renegotiation_fault = facts->unsafe_renegotiation ? "unsafe" : NULL;
    leg->fault = facts->fault;
}

void flow_fill_server_leg(struct flow *f, const struct leg_facts *facts)
{
    struct flow_server_leg *leg = f->server_leg;

    leg->version = text_or_null(f, facts->version);
    leg->cipher = text_or_null(f, facts->cipher);
    leg->group = text_or_null(f, facts->group);
    leg->alpn = text_or_null(f, facts->alpn);
    fill_handshake(f, facts);
    leg->wants_client_certificate = facts->certificate_requested;
    leg->wants_renegotiation = facts->renegotiation_wanted;
    leg->bytes_in = (int64_t)facts->plain_in;
    leg->bytes_out = (int64_t)facts->plain_out;
    if (facts->alert.seen && !leg->alert)
        leg->alert = make_alert(f, &facts->alert);
}

void flow_fill_client_leg(struct flow *f, const struct leg_facts *facts)
{
    struct flow_client_leg *leg = f->client_leg;

    leg->version = text_or_null(f, facts->version);
    leg->cipher = text_or_null(f, facts->cipher);
    leg->group = text_or_null(f, facts->group);
    leg->alpn = text_or_null(f, facts->alpn);
    leg->resumed = facts->resumed;
    leg->finished = facts->finished;
    leg->bytes_in = (int64_t)facts->plain_in;
    leg->bytes_out = (int64_t)facts->plain_out;
    if (facts->alert.seen && !leg->alert)
        leg->alert = make_alert(f, &facts->alert);
}

static const char *answer_to_site(const struct leg_facts *facts, const struct leg_request *request)
{
    if (facts->client_certificate == CERTIFICATE_UNSAID)
        return NULL;
    if (facts->client_certificate == CERTIFICATE_SENT)
        return "sent";
    switch (request->choice) {
    case REQUEST_NO_IDENTITY:
        return "none";
    case REQUEST_NO_FIT:
        return "no-fit";
    case REQUEST_CHOSEN:
        break;
    }
    return "unusable";
}

static void certificate_set(
    struct flow *f, struct flow_certificate_request *told, const struct cert *cert)
{
    if (!cert || told->certificate)
        return;
    told->certificate = FLOW_MAKE(f, certificate);
    flow_fill_certificate(f, told->certificate, cert, 0, "sent");
}

static bool tells_more(const struct flow_certificate_request *told, bool late, const char *answer)
{
    return !told || (late && strcmp(told->asked, "handshake") == 0) || (answer && !told->answer);
}

static void fill_of_site(struct flow *f, const struct leg *leg)
{
    const struct leg_request *request = leg_request(leg);
    struct flow_certificate_request *told = f->server_leg->certificate_request;

    if (!request)
        return;
    const char *answer = answer_to_site(leg_facts(leg), request);
    if (!tells_more(told, request->late, answer))
        return;
    told = FLOW_MAKE(f, certificate_request);
    told->asked = request->late ? "post-handshake" : "handshake";
    told->n_accepts = (int64_t)request->n_accepts_all;
    for (size_t i = 0; i < request->n_accepts; i++)
        flow_texts_add(f, &told->accepts, request->accepts[i]);
    told->answer = answer;
    certificate_set(f, told, request->cert);
    f->server_leg->certificate_request = told;
    f->server_leg->wants_client_certificate = true;
}

/* We name no CA: which ones the device has nobody knows. */
static void fill_of_client(struct flow *f, struct leg *leg)
{
    const struct leg_facts *facts = leg_facts(leg);
    struct flow_certificate_request *told = f->client_leg->certificate_request;

    if (!facts->certificate_requested || !tells_more(told, false, NULL))
        return;
    told = FLOW_MAKE(f, certificate_request);
    told->asked = "handshake";
    told->n_accepts = 0;
    if (facts->client_certificate != CERTIFICATE_UNSAID)
        told->answer = facts->client_certificate == CERTIFICATE_SENT ? "sent" : "none";
    struct cert_chain *chain = leg_give_chain(leg, NULL);
    certificate_set(f, told, chain ? chain->at[0] : NULL);
    cert_chain_free(chain);
    f->client_leg->certificate_request = told;
}

void flow_fill_certificate_request(struct flow *f, struct leg *leg)
{
    if (leg_side(leg) == LEG_SERVER)
        fill_of_site(f, leg);
    else
        fill_of_client(f, leg);
}

/* An alert that says "we share nothing", whoever says it before a ServerHello: RFC 8446 §6.2, RFC
 * 7301 §3.2. */
static bool is_nothing_in_common(uint8_t alert)
{
    return alert == 40 /* handshake_failure */ || alert == 70 /* protocol_version */ ||
           alert == 71 /* insufficient_security */ || alert == 120 /* no_application_protocol */;
}

static enum symptom symptom_of_alert(const struct leg_alert *alert, bool by_peer)
{
    if (!by_peer)
        return is_nothing_in_common(alert->number) ? SYMPTOM_NOTHING_IN_COMMON : SYMPTOM_NONE;
    switch (alert->phase) {
    case PHASE_BEFORE_SERVER_HELLO:
        return SYMPTOM_ALERT_BEFORE_SERVER_HELLO;
    case PHASE_AFTER_CERTIFICATE:
        return SYMPTOM_ALERT_AFTER_CERTIFICATE;
    case PHASE_AFTER_FINISH:
        return SYMPTOM_ALERT_AFTER_FINISH;
    }
    return SYMPTOM_NONE;
}

enum symptom leg_symptom(const struct leg_facts *facts, enum leg_side which, bool late)
{
    if (facts->not_tls)
        return SYMPTOM_NOT_TLS;
    if (facts->alert.seen && facts->alert.fatal) {
        bool by_peer = facts->alert.from_client == (which == LEG_CLIENT);
        enum symptom said = symptom_of_alert(&facts->alert, by_peer);

        if (!by_peer ||
            said != SYMPTOM_NONE) /* an end of our own making says nothing about the peer */
            return facts->plain_in > 0 ? SYMPTOM_NONE : said;
    }
    if (late)
        return SYMPTOM_STALLED;
    if (facts->finished)
        return facts->plain_in == 0 && (facts->eof || facts->close_notify_in)
                   ? SYMPTOM_CLOSE_AFTER_FINISH_UNUSED
                   : SYMPTOM_NONE;
    return facts->server_hello ? SYMPTOM_CLOSE_AFTER_CERTIFICATE
                               : SYMPTOM_CLOSE_BEFORE_SERVER_HELLO;
}

const char *leg_ended(const struct leg_facts *facts, struct leg_end end)
{
    if (end.late)
        return "timeout";
    if (facts && facts->alert.seen && facts->alert.fatal)
        return "alert";
    if (end.reset)
        return "rst";
    if (facts && facts->close_notify_in)
        return "clean";
    if (end.eof)
        return "fin";
    return facts && facts->close_notify_out ? "clean" : NULL;
}
