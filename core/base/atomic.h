/* Words that one task publishes and others read without a lock.
 *
 * One idea: loads that see a value also see everything written before it was published. */
#ifndef EM_BASE_ATOMIC_H
#define EM_BASE_ATOMIC_H

#define EM_LOAD(place)           __atomic_load_n((place), __ATOMIC_ACQUIRE)
#define EM_PUBLISH(place, value) __atomic_store_n((place), (value), __ATOMIC_RELEASE)

#endif
