#include "inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static const struct {
    const uint8_t *bytes;
    size_t len;
    const char *name;
} rows[] = {
    {BYTES("\x10\x0e\x00\x04MQTT\x04\x02"), "mqtt"},
    {BYTES("\x10\x80\x01\x00\x04MQTT\x05"), "mqtt"},
    {BYTES("\x10\xff\xff\xff\x7f\x00\x04MQTT"), "mqtt"},
    {BYTES("\x10\x0e\x00\x06MQIsdp\x03"), "mqtt"},
    {BYTES("\x10\xff\xff\xff\xff\x00\x04MQTT"), "unknown"},
    {BYTES("\x10\x0e\x00\x04MQT"), "unknown"},
    {BYTES("\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03"), "ldap"},
    {BYTES("\x30\x84\x00\x00\x00\x0c\x02\x01\x01\x63\x07"), "ldap"},
    {BYTES("\x30\x05\x02\x01\x03\x42\x00"), "ldap"},
    {BYTES("\x30\x0c\x02\x01\x01\x30\x07"), "unknown"},
    {BYTES("\x30\x8f\x02\x01\x01\x60\x07"), "unknown"},
    {BYTES("\x30\x0c\x02\x04\x01\x01"), "unknown"},
    {BYTES("<?xml version='1.0'?>"), "xmpp"},
    {BYTES("<stream:stream to='x'>"), "xmpp"},
    {BYTES("AMQP\x00\x00\x09\x01"), "amqp"},
    {BYTES("SSH-2.0-x"), "unknown"},
    {BYTES("\x10"), "unknown"},
    {BYTES("\x30"), "unknown"},
    {BYTES(""), "unknown"},
};

static void the_first_bytes_name_the_protocol(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(inside_name(rows[i].bytes, rows[i].len), rows[i].name) != 0)
            fail_msg("row %zu: %s", i, inside_name(rows[i].bytes, rows[i].len));
}

static void no_beginning_of_them_is_read_past_its_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t n = 0; n <= rows[i].len; n++) {
            uint8_t exact[32];

            memcpy(exact, rows[i].bytes, n);
            assert_non_null(inside_name(exact, n));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_bytes_name_the_protocol),
        cmocka_unit_test(no_beginning_of_them_is_read_past_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
