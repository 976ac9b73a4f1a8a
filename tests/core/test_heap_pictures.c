/* The rules of a heap, one line each: what is done, and the picture of the heap afterwards.
 *
 * A heap of 1024 bytes has one block of 744 at offset 276; k is 3, so classes are 4 wide up to 63, then
 * 8, 16 (from 128), 32 (from 256), 64 (from 512). Numbers in pictures are payloads; a header has 4. */
#include "check.h"

#include "picture.h"

#define K1 1024

/* ---- rounding -------------------------------------------------------------------------------- */

CASE(a_fresh_heap_is_one_free_block, K1, "", "x", "F744")
CASE(one_byte_costs_twelve, K1, "", "m 0 1", "U12 F728")
CASE(twelve_bytes_cost_twelve, K1, "", "m 0 12", "U12 F728")
CASE(a_size_is_rounded_up_to_four, K1, "", "m 0 13", "U16 F724")
CASE(small_sizes_have_a_class_each, K1, "", "m 0 60", "U60 F680")
CASE(a_size_is_rounded_up_to_its_class, K1, "", "m 0 65", "U72 F668")
CASE(a_size_at_its_class_stays, K1, "", "m 0 64", "U64 F676")
CASE(rounding_up_may_lead_into_the_next_row, K1, "", "m 0 122", "U128 F612")
CASE(a_class_is_sixteen_wide_from_128, K1, "", "m 0 129", "U144 F596")
CASE(a_class_is_sixty_four_wide_from_512, K1, "", "m 0 513", "U576 F164")
CASE_WITH_RESULT(size_zero_is_refused, K1, "", "m 0 0", "F744", HEAP_NONE)
CASE_WITH_RESULT(the_size_of_the_heap_is_refused, K1, "", "m 0 1024", "F744", HEAP_NONE)
CASE_WITH_RESULT(a_size_far_over_the_heap_is_refused, K1, "", "m 0 4294967295", "F744", HEAP_NONE)
CASE_WITH_RESULT(the_first_block_stands_behind_the_tables, K1, "", "m 0 12", NULL, 276)

/* ---- the choice of a block ------------------------------------------------------------------- */

CASE_WITH_RESULT(the_newest_of_a_class_is_taken_first, K1, "m 0 24; m 1 12; m 2 24; m 3 12; f 0; f 2", "m 4 24",
                 "F24 U12 U24 U12 F656", 276 + 24 + 4 + 12 + 4)
CASE_WITH_RESULT(the_newest_is_first_also_if_it_lies_lower, K1, "m 0 24; m 1 12; m 2 24; m 3 12; f 2; f 0", "m 4 24",
                 "U24 U12 F24 U12 F656", 276)
CASE_WITH_RESULT(then_the_second_newest, K1, "m 0 24; m 1 12; m 2 24; m 3 12; f 0; f 2; m 4 24", "m 5 24",
                 "U24 U12 U24 U12 F656", 276)
CASE(a_lower_class_is_taken_before_a_newer_block, K1, "m 0 24; m 1 12; m 2 40; m 3 12; f 0; f 2", "m 4 20",
     "U24 U12 F40 U12 F640")
CASE(a_higher_class_serves_where_the_own_is_empty, K1, "m 0 24; m 1 12; f 0", "m 2 28", "F24 U12 U28 F668")
CASE(a_hole_in_another_word_of_the_index_is_found, K1, "m 0 12; m 1 600; f 0; f 1", "m 2 513", "U576 F164")
CASE_WITH_RESULT(a_hole_smaller_than_the_class_is_not_found, K1, "a 0 124 4; m 1 512; m 2 64; f 0", "m 3 124",
                 "F124 U512 U64 F32", HEAP_NONE)
CASE_WITH_RESULT(the_lower_end_of_the_holes_class_is_found, K1, "a 0 124 4; m 1 512; m 2 64; f 0", "m 3 120",
                 "U124 U512 U64 F32", 276)
CASE_WITH_RESULT(a_full_heap_refuses_the_smallest_size, K1, "m 0 512; m 1 224; t 1 228", "m 2 1", "U512 U228", HEAP_NONE)

/* ---- splitting ------------------------------------------------------------------------------- */

CASE(a_rest_of_sixteen_becomes_a_block, K1, "m 0 48; m 1 12; f 0", "m 2 32", "U32 F12 U12 F676")
CASE(a_rest_of_twelve_stays_with_the_block, K1, "m 0 44; m 1 12; f 0", "m 2 32", "U44 U12 F680")
CASE(what_is_left_is_the_newest_of_its_class, K1, "m 0 24; m 1 12; m 2 60; m 3 12; f 0; f 2; m 4 32", "m 5 24",
     "F24 U12 U32 U24 U12 F620")

/* ---- merging --------------------------------------------------------------------------------- */

CASE(free_between_used_blocks_merges_nothing, K1, "m 0 32; m 1 32; m 2 32", "f 1", "U32 F32 U32 F636")
CASE(free_merges_the_previous, K1, "m 0 32; m 1 32; m 2 32; f 0", "f 1", "F68 U32 F636")
CASE(free_merges_the_next, K1, "m 0 32; m 1 32; m 2 32; m 3 32; f 2", "f 1", "U32 F68 U32 F600")
CASE(free_merges_both_neighbours, K1, "m 0 32; m 1 32; m 2 32; m 3 32; f 0; f 2", "f 1", "F104 U32 F600")
CASE(free_merges_the_rest_of_the_heap, K1, "m 0 32; m 1 32", "f 1", "U32 F708")
CASE(the_last_free_makes_the_heap_one_block, K1, "m 0 32; m 1 32; f 0", "f 1", "F744")
CASE(the_first_block_merges_only_upwards, K1, "m 0 32; m 1 32; m 2 32; f 1", "f 0", "F68 U32 F636")
CASE(a_block_at_the_end_merges_only_downwards, K1, "m 0 512; m 1 128; m 2 96; f 1", "f 2", "U512 F228")
CASE_WITH_RESULT(a_merged_block_is_the_newest_of_its_class, K1, "m 0 60; m 1 12; m 2 28; m 3 28; m 4 12; f 2; f 0; f 3",
                 "m 5 60", "F60 U12 U60 U12 F584", 276 + 60 + 4 + 12 + 4)
CASE(nothing_happens_to_an_empty_slot, K1, "m 0 32", "f 1", "U32 F708")

/* ---- realloc --------------------------------------------------------------------------------- */

CASE_WITH_RESULT(realloc_of_nothing_allocates, K1, "", "r 0 100", "U104 F636", 276)
CASE(realloc_to_nothing_frees, K1, "m 0 100", "r 0 0", "F744")
CASE_WITH_RESULT(realloc_to_the_same_size_stays, K1, "m 0 64; m 1 12", "r 0 64", "U64 U12 F660", 276)
CASE(realloc_rounds_to_four_and_not_to_a_class, K1, "m 0 128; m 1 12", "r 0 65", "U68 F56 U12 F596")
CASE(realloc_cuts_off_sixteen, K1, "m 0 64; m 1 12", "r 0 48", "U48 F12 U12 F660")
CASE(realloc_leaves_twelve_where_they_are, K1, "m 0 64; m 1 12", "r 0 52", "U64 U12 F660")
CASE(realloc_gives_a_cut_of_sixteen_to_a_free_next, K1, "m 0 64", "r 0 48", "U48 F692")
CASE(realloc_leaves_twelve_before_a_free_next, K1, "m 0 64", "r 0 52", "U64 F676")
CASE(realloc_to_one_byte_keeps_twelve, K1, "m 0 64; m 1 12", "r 0 1", "U12 F48 U12 F660")
CASE_WITH_RESULT(realloc_grows_into_the_free_next, K1, "m 0 32", "r 0 65", "U68 F672", 276)
CASE(realloc_grows_by_all_of_a_next_that_would_leave_twelve, K1, "m 0 32; m 1 32; m 2 12; f 1", "r 0 56", "U68 U12 F656")
CASE(realloc_grows_and_leaves_sixteen, K1, "m 0 32; m 1 32; m 2 12; f 1", "r 0 52", "U52 F12 U12 F656")
CASE_WITH_RESULT(realloc_grows_to_the_very_end, K1, "m 0 32", "r 0 744", "U744", 276)
CASE_WITH_RESULT(realloc_past_the_end_changes_nothing, K1, "m 0 32", "r 0 748", "U32 F708", HEAP_NONE)
CASE_WITH_RESULT(realloc_moves_where_the_next_is_used, K1, "m 0 32; m 1 12", "r 0 33", "F32 U12 U36 F652", 276 + 36 + 16)
CASE(realloc_moves_where_the_next_is_too_small, K1, "m 0 32; m 1 12; m 2 12; f 1", "r 0 60", "F48 U12 U60 F612")
CASE(a_move_rounds_to_the_class, K1, "m 0 32; m 1 12", "r 0 65", "F32 U12 U72 F616")
CASE_WITH_RESULT(realloc_does_not_grow_into_the_previous, K1, "m 0 300; m 1 64; m 2 300; f 0", "r 1 200", "U208 F176 U320 F28",
                 276)
CASE_WITH_RESULT(realloc_that_fits_nowhere_changes_nothing, K1, "m 0 32; m 1 300; m 2 300", "r 0 200", "U32 U320 U320 F60",
                 HEAP_NONE)
CASE_WITH_RESULT(realloc_to_more_than_the_heap_changes_nothing, K1, "m 0 32", "r 0 4294967290", "U32 F708", HEAP_NONE)

/* ---- resize ---------------------------------------------------------------------------------- */

CASE_WITH_RESULT(resize_grows_in_place, K1, "m 0 32", "t 0 65", "U68 F672", 1)
CASE_WITH_RESULT(resize_shrinks_in_place, K1, "m 0 64; m 1 12", "t 0 48", "U48 F12 U12 F660", 1)
CASE_WITH_RESULT(resize_never_moves, K1, "m 0 32; m 1 12", "t 0 36", "U32 U12 F692", 0)
CASE_WITH_RESULT(resize_to_nothing_is_refused, K1, "m 0 32", "t 0 0", "U32 F708", 0)

/* ---- aligned --------------------------------------------------------------------------------- */

CASE_WITH_RESULT(alignment_zero_is_refused, K1, "", "a 0 32 0", "F744", HEAP_NONE)
CASE_WITH_RESULT(alignment_must_be_a_power_of_two, K1, "", "a 0 32 24", "F744", HEAP_NONE)
CASE_WITH_RESULT(aligned_size_zero_is_refused, K1, "", "a 0 0 16", "F744", HEAP_NONE)
CASE(alignment_one_is_as_good_as_four, K1, "", "a 0 65 1", "U68 F672")
CASE(alignment_four_searches_by_class_but_keeps_the_size, K1, "", "a 0 65 4", "U68 F672")
CASE_WITH_RESULT(alignment_four_misses_what_its_class_misses, K1, "a 0 124 4; m 1 512; m 2 64; f 0", "a 3 124 4",
                 "F124 U512 U64 F32", HEAP_NONE)
CASE_WITH_RESULT(aligned_at_once_leaves_no_gap, K1, "m 0 40", "a 1 32 64", "U40 U32 F664", 320)
CASE_WITH_RESULT(a_gap_of_sixteen_is_a_block, K1, "m 0 24", "a 1 32 64", "U24 F12 U32 F664", 320)
CASE_WITH_RESULT(a_smaller_gap_goes_to_the_next_boundary, K1, "m 0 28", "a 1 32 32", "U28 F40 U32 F632", 352)
CASE_WITH_RESULT(a_long_gap_is_free, K1, "", "a 0 65 128", "F104 U68 F564", 384)
CASE(an_aligned_block_is_not_rounded_to_its_class, K1, "", "a 0 129 8", "F16 U132 F588")
CASE(a_small_rest_stays_with_an_aligned_block, K1, "a 0 56 4; m 1 12; f 0", "a 2 32 8", "F16 U36 U12 F668")
CASE_WITH_RESULT(aligned_fails_where_size_and_alignment_find_no_class, K1, "m 0 256", "a 1 300 128", "U256 F484", HEAP_NONE)
CASE_WITH_RESULT(an_alignment_over_the_heap_is_refused, K1, "", "a 0 32 1024", "F744", HEAP_NONE)
CASE_WITH_RESULT(an_alignment_of_half_of_all_addresses_is_refused, K1, "", "a 0 32 2147483648", "F744", HEAP_NONE)
CASE_WITH_RESULT(an_offset_place_is_aligned, K1, "", "o 0 32 64 20", "F20 U32 F684", 300)
CASE_WITH_RESULT(an_offset_is_rounded_up_to_four, K1, "", "o 0 32 64 17", "F20 U32 F684", 300)
CASE_WITH_RESULT(with_an_offset_there_is_always_a_gap, K1, "m 0 40", "o 1 32 64 64", "U40 F60 U32 F600", 384)
CASE_WITH_RESULT(an_offset_that_overflows_is_refused, K1, "", "o 0 32 16 18446744073709551615", "F744", HEAP_NONE)
CASE(an_aligned_block_frees_like_any_other, K1, "m 0 24; a 1 32 64", "f 1", "U24 F716")
CASE(an_aligned_block_grows_in_place, K1, "m 0 24; a 1 32 64", "r 1 100", "U24 F12 U100 F596")

/* ---- the minimum ----------------------------------------------------------------------------- */

CASE_WITH_RESULT(the_minimum_begins_with_all_that_is_free, K1, "", "x", NULL, 752)
CASE_WITH_RESULT(the_minimum_counts_the_header, K1, "m 0 32; f 0", "x", NULL, 752 - 36)
CASE_WITH_RESULT(the_minimum_begins_again_with_what_is_free_now, K1, "m 0 32; f 0; x", "x", NULL, 752)
CASE_WITH_RESULT(restore_takes_the_lower_minimum, K1, "m 0 32; y 600", "x", NULL, 600)
CASE_WITH_RESULT(restore_keeps_the_lower_minimum, K1, "m 0 32; y 740", "x", NULL, 752 - 36)
CASE_WITH_RESULT(growth_in_place_lowers_the_minimum, K1, "m 0 32; r 0 64; f 0", "x", NULL, 752 - 68)
CASE_WITH_RESULT(a_move_counts_only_the_new_block, K1, "m 0 32; m 1 12; x; r 0 64; f 0; f 1", "x", NULL, 752 - 16 - 68)
CASE_WITH_RESULT(a_refused_realloc_leaves_the_minimum, K1, "m 0 32; r 0 900; f 0", "x", NULL, 752 - 36)
CASE_WITH_RESULT(an_aligned_block_lowers_the_minimum_by_itself, K1, "m 0 24; a 1 32 64; f 1", "x", NULL, 752 - 28 - 36)

CHECK_MAIN
