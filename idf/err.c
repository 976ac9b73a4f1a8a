/* Errors by name, and what a failed check says.
 *
 * Knows no memory and no task. One idea: the names are a table. */
#undef _GNU_SOURCE /* which has another strerror_r */
#define _POSIX_C_SOURCE 200112L
#include "esp_err.h"

#include <string.h>

#include "esp_rom_sys.h"
#include "idf/console.h"

static const struct {
    esp_err_t code;
    const char *name;
} errors[] = {
    {ESP_FAIL, "ESP_FAIL"},
    {ESP_OK, "ESP_OK"},
    {ESP_ERR_NO_MEM, "ESP_ERR_NO_MEM"},
    {ESP_ERR_INVALID_ARG, "ESP_ERR_INVALID_ARG"},
    {ESP_ERR_INVALID_STATE, "ESP_ERR_INVALID_STATE"},
    {ESP_ERR_INVALID_SIZE, "ESP_ERR_INVALID_SIZE"},
    {ESP_ERR_NOT_FOUND, "ESP_ERR_NOT_FOUND"},
    {ESP_ERR_NOT_SUPPORTED, "ESP_ERR_NOT_SUPPORTED"},
    {ESP_ERR_TIMEOUT, "ESP_ERR_TIMEOUT"},
    {ESP_ERR_INVALID_RESPONSE, "ESP_ERR_INVALID_RESPONSE"},
    {ESP_ERR_INVALID_CRC, "ESP_ERR_INVALID_CRC"},
    {ESP_ERR_INVALID_VERSION, "ESP_ERR_INVALID_VERSION"},
    {ESP_ERR_INVALID_MAC, "ESP_ERR_INVALID_MAC"},
    {ESP_ERR_NOT_FINISHED, "ESP_ERR_NOT_FINISHED"},
    {ESP_ERR_NOT_ALLOWED, "ESP_ERR_NOT_ALLOWED"},
    {ESP_ERR_WIFI_BASE, "ESP_ERR_WIFI_BASE"},
    {ESP_ERR_MESH_BASE, "ESP_ERR_MESH_BASE"},
    {ESP_ERR_FLASH_BASE, "ESP_ERR_FLASH_BASE"},
    {ESP_ERR_HW_CRYPTO_BASE, "ESP_ERR_HW_CRYPTO_BASE"},
    {ESP_ERR_MEMPROT_BASE, "ESP_ERR_MEMPROT_BASE"},
};

static const char unknown[] = "UNKNOWN ERROR";

static const char *name_of(esp_err_t code)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].code == code)
            return errors[i].name;
    return NULL;
}

const char *esp_err_to_name(esp_err_t code)
{
    const char *name = name_of(code);
    return name ? name : unknown;
}

const char *esp_err_to_name_r(esp_err_t code, char *buf, size_t buflen)
{
    if (!buf || buflen == 0)
        return buf;
    const char *name = name_of(code);
    if (name)
        snprintf(buf, buflen, "%s", name);
    else if (strerror_r(code, buf, buflen) != 0)
        snprintf(buf, buflen, "%s 0x%x(%d)", unknown, (unsigned)code, code);
    return buf;
}

static void print_failure(const char *check, esp_err_t rc, const void *caller, const char *file, int line, const char *function,
                          const char *expression)
{
    esp_rom_printf("%s failed: esp_err_t 0x%x (%s) at 0x%08llx\n", check, (unsigned)rc, esp_err_to_name(rc),
                   (unsigned long long)(uintptr_t)caller);
    esp_rom_printf("file: \"%s\" line %d\nfunc: %s\nexpression: %s\n", file, line, function, expression);
}

void _esp_error_check_failed(esp_err_t rc, const char *file, int line, const char *function, const char *expression)
{
    const void *caller = __builtin_return_address(0);
    print_failure("ESP_ERROR_CHECK", rc, caller, file, line, function, expression);
    idf_abort(caller);
}

void _esp_error_check_failed_without_abort(esp_err_t rc, const char *file, int line, const char *function,
                                           const char *expression)
{
    print_failure("ESP_ERROR_CHECK_WITHOUT_ABORT", rc, __builtin_return_address(0), file, line, function, expression);
}
