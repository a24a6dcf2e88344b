/** Rules across the configuration, as pure functions that report every problem at once. */
@NullMarked
package io.reseal.config.check;

import org.jspecify.annotations.NullMarked;
