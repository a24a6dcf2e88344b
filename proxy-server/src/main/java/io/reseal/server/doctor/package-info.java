/** Examination of a configuration and of what it would do, offline and by trial connections. */
@NullMarked
package io.reseal.server.doctor;

import org.jspecify.annotations.NullMarked;
