#include "password.h"

#include <stdint.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

enum { PASSWORD_FILE_MOST = 4096 };

static void wipe(uint8_t *bytes, size_t len)
{
    explicit_bzero(bytes, len);
    mem_free(bytes);
}

bool password_read(const char *path, char **out, struct err *e)
{
    uint8_t *bytes;
    size_t len;

    *out = NULL;
    if (!path)
        return true;
    if (!file_read(path, PASSWORD_FILE_MOST, &bytes, &len, e))
        return false;
    size_t n = strcspn((const char *)bytes, "\r\n");
    if (n < len && bytes[n] == '\0') {
        wipe(bytes, len);
        return err_set(e, ERR_INPUT, "%s: there is a zero byte in the password", path);
    }
    explicit_bzero(bytes + n, len - n); /* what follows the first line */
    *out = (char *)bytes;
    return true;
}

void password_forget(char *password)
{
    if (password)
        wipe((uint8_t *)password, strlen(password));
}
