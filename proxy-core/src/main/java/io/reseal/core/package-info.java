/** The data plane: start, publish a configuration, drain, close. */
@NullMarked
package io.reseal.core;

import org.jspecify.annotations.NullMarked;
