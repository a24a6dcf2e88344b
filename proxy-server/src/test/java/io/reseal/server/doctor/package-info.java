/** What doctor finds and explain says. */
@NullMarked
package io.reseal.server.doctor;

import org.jspecify.annotations.NullMarked;
