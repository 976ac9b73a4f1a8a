// The same in C++20, where more of std::string is compiled into the program itself.
#include "test_redirect_cxx.cpp"

static_assert(__cplusplus >= 202002L, "this program is there for what C++20 does");
