/** Suggestions. */
@NullMarked
package io.reseal.config.check;

import org.jspecify.annotations.NullMarked;
