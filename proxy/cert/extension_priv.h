/* cert/extension_priv.h - the extensions of a certificate, read into its facts. */
#ifndef WHYTLS_CERT_EXTENSION_PRIV_H
#define WHYTLS_CERT_EXTENSION_PRIV_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"
#include "cert/facts.h"

/* Reads `Extensions` (the SEQUENCE inside [3]). One that does not decode is marked so; false only
 * when the list itself is no list, empty or too long. */
bool extensions_read(struct cert *c, struct cert_span sequence, struct err *e) MUST_USE;
void extensions_fini(struct cert *c);

/* Reads the value of one; false: it does not decode. */
typedef bool extension_reader(struct cert *c, struct cert_span value);

/* extension_facts.c: into the facts. */
extension_reader extension_read_san, extension_read_basic_constraints, extension_read_key_usage,
    extension_read_eku, extension_read_ski, extension_read_aki, extension_read_aia,
    extension_read_crl_points, extension_read_policies, extension_read_scts,
    extension_read_features;
/* extension_form.c: is it well formed? */
extension_reader extension_check_policy_mappings, extension_check_policy_constraints,
    extension_check_inhibit_any, extension_check_name_constraints, extension_check_qc_statements;

#endif
