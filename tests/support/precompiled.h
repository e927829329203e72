// Outside headers that every test parses.
#pragma once

#include <gtest/gtest.h>

#include "base/precompiled.h"
