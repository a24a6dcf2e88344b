/** The ports for operators and load balancers: health, and what the process knows of itself. */
@NullMarked
package io.reseal.server.admin;

import org.jspecify.annotations.NullMarked;
