#include "identity_list.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/host_pattern.h"
#include "base/mem.h"
#include "cert/signer.h"
#include "password.h"

enum { PATH_CAP = 4096 };

bool identity_list_take(
    struct identity_list *list, const char *name, const char *value, bool *taken, struct err *e)
{
    *taken = true;
    if (strcmp(name, "identity-password-file") == 0) {
        list->password_file = value;
        return true;
    }
    *taken = strcmp(name, "identity") == 0;
    if (!*taken)
        return true;
    if (list->n == IDENTITIES_MOST)
        return err_set(e, ERR_USAGE, "more than %d --identity", IDENTITIES_MOST);
    list->files[list->n++] = value;
    return true;
}

/* A name with = in it is a file when there is one. */
static bool split(
    const char *text, char path[static PATH_CAP], char hosts[static HOST_CAP], struct err *e)
{
    const char *sign = file_exists(text) ? NULL : strrchr(text, '=');
    size_t n = sign ? (size_t)(sign - text) : strlen(text);

    hosts[0] = '\0';
    if (n == 0 || n >= PATH_CAP)
        return err_set(e, ERR_USAGE, "--identity %.80s: write FILE or FILE=HOST", text);
    snprintf(path, PATH_CAP, "%.*s", (int)n, text);
    return !sign || host_pattern_read(sign + 1, strlen(sign + 1), hosts, e) ||
           err_wrap(e, "--identity %s", path);
}

static bool read_one(const char *text, const char *password, struct identities *all, struct err *e)
{
    char path[PATH_CAP], hosts[HOST_CAP];
    struct signer signer = {0};
    uint8_t *bytes = NULL;
    size_t len = 0;

    if (!split(text, path, hosts, e) || !file_read(path, SIGNER_BYTES_MOST, &bytes, &len, e))
        return false;
    bool good = signer_read((struct cert_span){bytes, len}, password, &signer, e) &&
                identities_take(all, &signer, hosts, e);
    explicit_bzero(bytes, len); /* it held a private key */
    mem_free(bytes);
    return good || err_wrap(e, "%s", path);
}

bool identity_list_open(const struct identity_list *list, struct identities **out, struct err *e)
{
    char *password = NULL;
    bool good = true;

    *out = NULL;
    if (list->n == 0)
        return !list->password_file ||
               err_set(e, ERR_USAGE, "--identity-password-file without --identity");
    if (!password_read(list->password_file, &password, e))
        return false;
    *out = identities_new();
    for (size_t i = 0; good && i < list->n; i++)
        good = read_one(list->files[i], password, *out, e);
    password_forget(password);
    if (!good) {
        identities_free(*out);
        *out = NULL;
    }
    return good;
}
