#include <stdint.h>
#include <stdlib.h>

#include "wire/alert.h"
#include "wire/server_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* While bytes come in, the answer is "more" until it is final, and then it stays. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum server_hello_answer before = SERVER_HELLO_NEED_MORE;

    for (size_t n = 0; n <= size; n = n < size && n + 1 + n / 8 > size ? size : n + 1 + n / 8) {
        struct server_hello h;
        const char *why = NULL;
        enum server_hello_answer answer = server_hello_read(data, n, &h, &why);

        if (before != SERVER_HELLO_NEED_MORE && answer != before)
            abort();
        if ((answer == SERVER_HELLO_BAD) != (why != NULL))
            abort();
        if (answer == SERVER_HELLO_READY && h.version >> 8 == 0)
            abort();
        if (answer == SERVER_HELLO_ALERT && !*alert_name(h.alert))
            abort();
        before = answer;
    }
    return 0;
}
