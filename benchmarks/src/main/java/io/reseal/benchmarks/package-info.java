/** Measurements of single parts of the data plane, each in one thread. */
@NullMarked
package io.reseal.benchmarks;

import org.jspecify.annotations.NullMarked;
