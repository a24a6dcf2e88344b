package io.reseal.config.schema;

/**
 * One key.
 *
 * @param defaultText the default as a user would write it, or a sentence on where it comes from
 * @param required whether it must be there
 * @param about what it means, its unit and consequence, for the reference page
 */
public record Field(
    String key, FieldType type, String defaultText, boolean required, String about) {}
