/** The packing of the program: its runtime, its jars, its cache of classes made ahead of time. */
@NullMarked
package io.reseal.distribution;

import org.jspecify.annotations.NullMarked;
