/* What a platform tells idf/system.c. */
#ifndef IDF_SYSTEM_H
#define IDF_SYSTEM_H

#include "esp_system.h"

/* What esp_reset_reason says from now on; for a platform whose restart loses the program's variables. */
void idf_set_reset_reason(esp_reset_reason_t reason);

#endif
