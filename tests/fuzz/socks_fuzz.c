#include <stdint.h>
#include <stdlib.h>

#include "wire/socks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A message is never longer than what has come, and who was waited for is waited for no more once
 * the longest message is there. */
static void check(enum socks_read is, const size_t *used, size_t size)
{
    if ((is == SOCKS_READY && (*used == 0 || *used > size)) ||
        (is == SOCKS_NEED_MORE && size >= SOCKS_MESSAGE_MOST))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct socks_greeting greeting;
    struct socks_login login;
    struct socks_request request;
    enum socks_answer answer;
    const char *why = "";
    size_t used = 0;
    uint8_t byte;
    bool welcome;

    check(socks_read_greeting(data, size, &greeting, &used, &why), &used, size);
    check(socks_read_login(data, size, &login, &used, &why), &used, size);
    check(socks_read_method(data, size, &byte, &used, &why), &used, size);
    check(socks_read_login_answer(data, size, &welcome, &used, &why), &used, size);
    check(socks_read_answer(data, size, &byte, &used, &why), &used, size);
    enum socks_read is = socks_read_request(data, size, &request, &used, &answer, &why);
    check(is, &used, size);
    if (is == SOCKS_READY && request.command == SOCKS_CONNECT) {
        uint8_t out[SOCKS_MESSAGE_MOST];
        struct socks_request again;
        size_t n = socks_write_request(out, request.host, request.port);

        if (n == 0 || socks_read_request(out, n, &again, &used, &answer, &why) != SOCKS_READY ||
            again.port != request.port)
            abort();
    }
    return 0;
}
