/* Here so that code which includes it compiles: there is no flash, and nothing is declared. */
#ifndef NVS_FLASH_H
#define NVS_FLASH_H
#endif
