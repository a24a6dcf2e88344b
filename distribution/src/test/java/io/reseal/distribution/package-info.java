/** Tests of the packed program and its container image. */
@NullMarked
package io.reseal.distribution;

import org.jspecify.annotations.NullMarked;
