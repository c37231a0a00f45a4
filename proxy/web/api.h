/* web/api.h - what is answered under /api/v1: one function for each path, on a desk's thread.
 * Private to web/. */
#ifndef WHYTLS_WEB_API_H
#define WHYTLS_WEB_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer;
struct certificate_row;
struct certificate_use;
struct desk;
struct filter;
struct flow_row;
struct json_out;
struct request;
struct text;

void api_health(struct desk *desk, const struct request *r, struct answer *out);
void api_flows(struct desk *desk, const struct request *r, struct answer *out);
void api_flow(struct desk *desk, const struct request *r, struct answer *out);
void api_facets(struct desk *desk, const struct request *r, struct answer *out);

void api_complete(struct desk *desk, const struct request *r, struct answer *out);
void api_stories(struct desk *desk, const struct request *r, struct answer *out);
void api_settle(struct desk *desk, const struct request *r, struct answer *out);
void api_devices(struct desk *desk, const struct request *r, struct answer *out);
void api_device(struct desk *desk, const struct request *r, struct answer *out);
void api_device_name(struct desk *desk, const struct request *r, struct answer *out);
void api_device_forget(struct desk *desk, const struct request *r, struct answer *out);
void api_certificates(struct desk *desk, const struct request *r, struct answer *out);
void api_certificate(struct desk *desk, const struct request *r, struct answer *out);
void api_causes(struct desk *desk, const struct request *r, struct answer *out);
void api_cause(struct desk *desk, const struct request *r, struct answer *out);

void api_passes(struct desk *desk, const struct request *r, struct answer *out);
void api_pass_put(struct desk *desk, const struct request *r, struct answer *out);
void api_pass_drop(struct desk *desk, const struct request *r, struct answer *out);
void api_rules(struct desk *desk, const struct request *r, struct answer *out);
void api_rule_switch(struct desk *desk, const struct request *r, struct answer *out);
void api_rules_reload(struct desk *desk, const struct request *r, struct answer *out);
void api_rules_test(struct desk *desk, const struct request *r, struct answer *out);
void api_rule_file(struct desk *desk, const struct request *r, struct answer *out);
void api_rule_file_put(struct desk *desk, const struct request *r, struct answer *out);
void api_explain(struct desk *desk, const struct request *r, struct answer *out);
void api_export(struct desk *desk, const struct request *r, struct answer *out);
void api_flow_export(struct desk *desk, const struct request *r, struct answer *out);
void api_report(struct desk *desk, const struct request *r, struct answer *out);
void api_import(struct desk *desk, const struct request *r, struct answer *out);

/* null for NULL and "". */
void api_put_maybe(struct json_out *j, const char *key, const char *text);
/* "certain", "likely", "possible"; NULL for none. */
const char *api_sure_name(int sure);
/* A row of a list of connections. */
void api_row_json(struct desk *desk, const struct flow_row *row, struct json_out *j);

/* The filter of q. False: it cannot be read, and is answered. */
bool api_filter(struct desk *desk, const struct request *r, struct filter **out, struct answer *a);
/* The same of certificates. */
bool api_certificate_filter(
    struct desk *desk, const struct request *r, struct filter **out, struct answer *a);

/* What lists tell of a certificate, into an object that is open. */
void api_certificate_json(const struct certificate_row *row, struct json_out *j);
/* The same with how it was used; its hosts are told by whoever knows them. */
void api_certificate_use_json(
    const struct certificate_row *row, const struct certificate_use *use, struct json_out *j);
/* "names", of one text with blanks between them. */
void api_names_json(const char *names, struct json_out *j);
/* It looks like the id of a connection, ours or imported. */
enum { API_ID_CAP = 64 };
bool api_id_is(const char *id);

#endif
