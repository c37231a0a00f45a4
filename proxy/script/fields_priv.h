/* script/fields_priv.h - the rows of the reference that no other table holds. */
#ifndef WHYTLS_SCRIPT_FIELDS_PRIV_H
#define WHYTLS_SCRIPT_FIELDS_PRIV_H

#include "flow/flow.h"
#include "flow/path.h"

enum { FIELD_LINE_CAP = 512 };

struct method_row {
    const char *call, *at, *about; /* "flow:note(code [, with])", "any", …; NULL ends the table */
};

extern const struct method_row method_rows[];

const char *moment_about(enum moment m);
const char *symptom_about(enum symptom s);
/* "[string]!": how the reference writes the type of a field. */
const char *field_kind_name(const struct field *field, char out[static FIELD_LINE_CAP]);

#endif
