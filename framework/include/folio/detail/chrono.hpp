// std::chrono's durations, clocks and literals, without the calendar, the time zones and the input and output that
// <chrono> brings in C++20, with all of <sstream>: a tenth of what a route takes to compile.
#pragma once

#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h>  // libstdc++'s own part of <chrono>, from 11 on
#else
#include <chrono>
#endif
