/* The fixed-width types, as ESP-IDF's headers pull them in. */
#ifndef ESP_TYPES_H
#define ESP_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#endif
