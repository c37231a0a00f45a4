/* flow/leg_json.c - both legs as JSON; declared in flow_json_priv.h. */
#include "flow_json_priv.h"

#include "flow.h"
#include "flow_json.h"
#include "put_priv.h"

static void put_alert(struct json_out *out, const struct flow_alert *a)
{
    if (!a) {
        json_put_null(out, "alert");
        return;
    }
    put_open(out, "alert");
    json_put_text(out, "from", a->from);
    json_put_int(out, "number", a->number);
    json_put_text(out, "name", a->name);
    json_put_text(out, "phase", a->phase);
    json_object_end(out);
}

static void put_certificate_request(
    struct json_out *out, const struct flow_certificate_request *request)
{
    const struct flow_certificate *c = request ? request->certificate : NULL;

    if (!request)
        return;
    put_open(out, "certificate_request");
    json_put_text(out, "asked", request->asked);
    put_texts(out, "accepts", &request->accepts);
    json_put_int(out, "n_accepts", request->n_accepts);
    json_put_text(out, "answer", request->answer);
    if (c) {
        put_open(out, "certificate");
        json_put_text(out, "sha256", c->sha256);
        json_put_text(out, "subject", c->subject->text);
        json_put_text(out, "issuer", c->issuer->text);
        put_time(out, "not_after", c->not_after);
        json_object_end(out);
    }
    json_object_end(out);
}

/* Only where HTTP/2 went wrong. */
static void put_h2(struct json_out *out, const struct flow_h2 *h2)
{
    if (!h2)
        return;
    put_open(out, "h2");
    json_put_text(out, "fault", h2->fault);
    json_put_text(out, "code", h2->code);
    json_put_text(out, "why", h2->why);
    json_object_end(out);
}

void client_leg_json(const struct flow_client_leg *leg, struct json_out *out)
{
    if (!leg) {
        json_null(out);
        return;
    }
    json_object(out);
    json_put_text(out, "sni", leg->sni);
    json_put_text(out, "version", leg->version);
    json_put_text(out, "cipher", leg->cipher);
    json_put_text(out, "group", leg->group);
    json_put_text(out, "alpn", leg->alpn);
    json_put_bool(out, "resumed", leg->resumed);
    json_put_text(out, "leaf", leg->leaf ? leg->leaf->sha256 : NULL);
    put_certificate_request(out, leg->certificate_request);
    put_alert(out, leg->alert);
    put_h2(out, leg->h2);
    put_known_text(out, "front", leg->front);
    put_known_text(out, "unread_end", leg->unread_end);
    put_known_text(out, "misdirected", leg->misdirected);
    json_put_text(out, "ended", leg->ended);
    json_put_int(out, "bytes_in", leg->bytes_in);
    json_put_int(out, "bytes_out", leg->bytes_out);
    json_put_bool(out, "finished", leg->finished);
    json_put_text(out, "symptom", leg->symptom);
    if (leg->verdict) {
        json_key(out, "verdict");
        flow_verdict_json(leg->verdict, out);
    }
    json_object_end(out);
}

void certificates_json(const struct flow_certificate *chain, size_t n, struct json_out *out)
{
    json_array(out);
    for (size_t i = 0; i < n; i++) {
        const struct flow_certificate *c = &chain[i];

        json_object(out);
        json_put_text(out, "sha256", c->sha256);
        json_put_text(out, "subject", c->subject->text);
        json_put_text(out, "issuer", c->issuer->text);
        put_time(out, "not_before", c->not_before);
        put_time(out, "not_after", c->not_after);
        json_put_text(out, "key", c->key);
        json_put_text(out, "signature", c->signature);
        put_texts(out, "names", &c->names);
        json_put_text(out, "source", c->source);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_fingerprints(
    struct json_out *out, const char *key, const struct flow_certificate *chain, size_t n)
{
    put_list(out, key);
    for (size_t i = 0; i < n; i++)
        json_text(out, chain[i].sha256);
    json_array_end(out);
}

static void put_chain(struct json_out *out, const struct flow_server_leg *leg)
{
    put_fingerprints(out, "chain", leg->chain, leg->n_chain);
    put_known_text(out, "order", leg->order);
    put_known_text(out, "chain_fault", leg->chain_fault);
    if (leg->oddities.n)
        put_texts(out, "oddities", &leg->oddities);
}

/* What came from elsewhere than the handshake, when anything was asked for. */
static void put_fetched(struct json_out *out, const struct flow_server_leg *leg)
{
    json_put_text(out, "ct_doubt", leg->ct_doubt);
    json_put_text(out, "revocation_fault", leg->revocation_fault);
    json_put_text(out, "revocation_url", leg->revocation_url);
    json_put_text(out, "issuer_fetch", leg->issuer_fetch);
    json_put_text(out, "issuer_url", leg->issuer_url);
    if (leg->n_fetched)
        put_fingerprints(out, "fetched", leg->fetched, leg->n_fetched);
}

/* What a clean handshake has no word for. */
static void put_handshake(struct json_out *out, const struct flow_server_leg *leg)
{
    json_put_text(out, "sigalg", leg->sigalg);
    put_known_text(out, "sigalg_fault", leg->sigalg_fault);
    put_known_text(out, "cipher_fault", leg->cipher_fault);
    put_known_number(out, "dh_bits", leg->dh_bits);
    put_known_text(out, "renegotiation_fault", leg->renegotiation_fault);
    put_known_text(out, "fault", leg->fault);
    put_known_text(out, "first_words", leg->first_words);
    put_known_text(out, "lost", leg->lost);
    put_known_text(out, "retry", leg->retry);
    put_known_text(out, "retry_found", leg->retry_found);
    put_known_text(out, "other_name", leg->other_name);
    put_known_text(out, "cut", leg->cut);
    put_known_number(out, "quiet", leg->quiet);
}

static void put_sightings(struct json_out *out, const struct flow_server_leg *leg)
{
    put_known_text(out, "former_leaf", leg->former_leaf);
    put_known_time(out, "former_seen", leg->former_seen);
    put_known_text(out, "former_verdict", leg->former_verdict);
    put_known_number(out, "leaf_turns", leg->leaf_turns);
    put_known_number(out, "newer_port", leg->newer_port);
    put_known_time(out, "newer_from", leg->newer_from);
    put_known_number(out, "same_leaf", leg->same_leaf);
    put_known_number(out, "same_issuer", leg->same_issuer);
}

static void put_trust(struct json_out *out, const struct flow_server_leg *leg)
{
    json_key(out, "verdict");
    flow_verdict_json(leg->verdict, out);
    if (leg->verdict_webpki) {
        json_key(out, "verdict_webpki");
        flow_verdict_json(leg->verdict_webpki, out);
    }
    json_put_text(out, "trusted_by", leg->trusted_by);
    if (leg->ca_status) {
        json_put_text(out, "ca_status", leg->ca_status);
        json_put_text(out, "ca_detail", leg->ca_detail);
    }
}

void server_leg_json(const struct flow *f, struct json_out *out)
{
    const struct flow_server_leg *leg = f->server_leg;

    if (!leg) {
        json_null(out);
        return;
    }
    json_object(out);
    json_put_text(out, "address", leg->address);
    json_put_text(out, "version", leg->version);
    json_put_text(out, "cipher", leg->cipher);
    json_put_text(out, "group", leg->group);
    json_put_text(out, "alpn", leg->alpn);
    put_handshake(out, leg);
    put_sightings(out, leg);
    put_chain(out, leg);
    json_put_text(out, "staple", leg->staple);
    put_fetched(out, leg);
    put_trust(out, leg);
    put_alert(out, leg->alert);
    put_h2(out, leg->h2);
    json_put_text(out, "symptom", leg->symptom);
    json_put_text(out, "ended", leg->ended);
    json_put_int(out, "bytes_in", leg->bytes_in);
    json_put_int(out, "bytes_out", leg->bytes_out);
    json_put_bool(out, "wants_client_certificate", leg->wants_client_certificate);
    put_certificate_request(out, leg->certificate_request);
    if (leg->wants_renegotiation)
        json_put_bool(out, "wants_renegotiation", true);
    if (f->n_diagnosis || f->n_notes) {
        json_key(out, "certificates");
        certificates_json(leg->chain, leg->n_chain, out);
    }
    json_object_end(out);
}
