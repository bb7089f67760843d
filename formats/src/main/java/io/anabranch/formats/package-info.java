/**
 * Event formats for common data formats: {@link io.anabranch.formats.JsonFormat} and {@link
 * io.anabranch.formats.AvroFormat}. Text in lines and bytes of your own are in {@link
 * io.anabranch.api.EventFormat}.
 */
package io.anabranch.formats;
