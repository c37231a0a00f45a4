/* base/err.h - a failure told to the caller: fixed size, no allocation, the innermost text first.
 *
 *   if (!pem_read(path, &pem, e))
 *       return err_wrap(e, "loading the CA");
 *
 * Answers (untrusted, not found, would block) are not failures and never come here. */
#ifndef WHYTLS_BASE_ERR_H
#define WHYTLS_BASE_ERR_H

#include <stdbool.h>

#include "base/attrib.h"

enum err_kind {
    ERR_NONE = 0,
    ERR_USAGE,  /* the command line */
    ERR_INPUT,  /* a file or a document that was handed in */
    ERR_CONFIG, /* a setting */
    ERR_SYSTEM, /* the operating system said no; see `sys` */
    ERR_CRYPTO, /* OpenSSL said no; see `lib` */
    ERR_REACH,  /* a host could not be reached */
    ERR_RULE,   /* a Lua rule is wrong */
};

struct err {
    enum err_kind kind; /* the only part that code may switch on */
    int sys;            /* errno then, or 0 */
    unsigned long lib;  /* first OpenSSL code then, or 0 */
    char text[480];     /* "loading the CA: reading ca.pem: No such file or directory" */
};

/* Each gives false, so that a function can `return err_set(…)`. `e` may be NULL: nobody wants to
 * know. */
bool err_set(struct err *e, enum err_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);
/* As err_set with ERR_SYSTEM; ": " and the text of errno are added. */
bool err_sys(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);
/* Puts context in front: "context: text so far". */
bool err_wrap(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
