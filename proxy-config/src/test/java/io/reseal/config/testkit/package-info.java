/** Certificates for tests. */
@NullMarked
package io.reseal.config.testkit;

import org.jspecify.annotations.NullMarked;
