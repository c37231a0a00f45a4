/* app/password.h - a password out of a file: never an argument, which everybody on the machine
 * can read. */
#ifndef WHYTLS_APP_PASSWORD_H
#define WHYTLS_APP_PASSWORD_H

#include <stdbool.h>

#include "base/attrib.h"
#include "base/err.h"

/* The first line of the file; NULL when `path` is. Given back to password_forget. */
bool password_read(const char *path, char **out, struct err *e) MUST_USE;
/* Wipes and frees. NULL is legal. */
void password_forget(char *password);

#endif
