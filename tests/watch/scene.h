/* A pool over three unlike memories, and a watcher that keeps what it is told. */
#ifndef TESTS_WATCH_SCENE_H
#define TESTS_WATCH_SCENE_H

#include "espmem/caps.h"

enum { SCENE_HEAPS = 8, SCENE_EVENTS = 256 };

#define FAST_ONLY (EM_CAP_8BIT | EM_CAP_INTERNAL)
#define SLOW_ONLY EM_CAP_SPIRAM

extern struct em_pool scene;

/* Anew: a fast memory (8BIT, INTERNAL, DMA, DEFAULT; 8 KiB), one of words (EXEC, 32BIT, INTERNAL; 4 KiB) and a
 * slow one (SPIRAM, 8BIT, DEFAULT; 64 KiB), which is asked first. */
void scene_open(void);
void scene_open_guarded(enum em_guard guard);

/* Events since scene_watch, the oldest first. What the watcher checks of each by itself: no lock is held. */
extern struct em_event scene_events[SCENE_EVENTS];
extern unsigned scene_event_count;
void scene_watch(void);
void scene_forget(void);

/* Called for each event before it is kept; NULL: nothing. */
extern void (*scene_look)(const struct em_event *event);

/* Every block of the heap that has these caps; taken until nothing more fits. */
void scene_fill(uint32_t caps, size_t size);

#endif
