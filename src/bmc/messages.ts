/**
 * Errors as the standard has them: an HTTP status and messages of the registry `Base`, whose texts
 * are the registry's own (DSP8011).
 */

/** Of the registry that the texts are from. */
const REGISTRY = 'Base.1.22';

/** Text, and whether it is only a warning, by the message's name; `%1` is the first argument. */
const MESSAGES = {
  AccessUnauthorized: ['Unauthorized.', 'Critical'],
  ActionNotSupported: ['The action %1 is not supported by the resource.', 'Critical'],
  ActionParameterMissing: [
    'The action %1 requires the parameter %2 to be present in the request body.',
    'Critical',
  ],
  ActionParameterNotSupported: [
    'The parameter %1 for the action %2 is not supported on the target resource.',
    'Warning',
  ],
  ActionParameterUnknown: ['The action %1 was submitted with the invalid parameter %2.', 'Warning'],
  ActionParameterValueFormatError: [
    "The value '%1' for the parameter %2 in the action %3 is not a format that the parameter can " +
      'accept.',
    'Warning',
  ],
  ActionParameterValueNotInList: [
    "The value '%1' for the parameter %2 in the action %3 is not in the list of acceptable values.",
    'Warning',
  ],
  ActionParameterValueTypeError: [
    "The value '%1' for the parameter %2 in the action %3 is not a type that the parameter can " +
      'accept.',
    'Warning',
  ],
  CouldNotEstablishConnection: [
    "The service failed to establish a connection with the URI '%1'.",
    'Critical',
  ],
  CreateFailedMissingReqProperties: [
    'The create operation failed because the required property %1 was missing from the request.',
    'Critical',
  ],
  GeneralError: [
    'A general error has occurred.  See Resolution for information on how to resolve the error, ' +
      'or @Message.ExtendedInfo if Resolution is not provided.',
    'Critical',
  ],
  HeaderInvalid: ["Header '%1' is invalid.", 'Critical'],
  InternalError: [
    'The request failed due to an internal service error.  The service is still operational.',
    'Critical',
  ],
  MalformedJSON: [
    'The request body submitted was malformed JSON and could not be parsed by the receiving ' +
      'service.',
    'Critical',
  ],
  NoOperation: [
    'The request body submitted contain no data to act upon and no changes to the resource took ' +
      'place.',
    'Warning',
  ],
  NoValidSession: ['There is no valid session established with the implementation.', 'Critical'],
  OperationNotAllowed: ['The HTTP method is not allowed on this resource.', 'Critical'],
  OperationTimeout: [
    'A timeout internal to the service occurred as part of the request.  Partial results may ' +
      'have been returned.',
    'Warning',
  ],
  PayloadTooLarge: [
    'The supplied payload exceeds the maximum size supported by the service.',
    'Critical',
  ],
  PreconditionFailed: [
    'The ETag supplied did not match the ETag required to change this resource.',
    'Critical',
  ],
  PropertyMissing: [
    'The property %1 is a required property and must be included in the request.',
    'Warning',
  ],
  PropertyNotWritable: [
    'The property %1 is a read-only property and cannot be assigned a value.',
    'Warning',
  ],
  PropertyUnknown: [
    'The property %1 is not in the list of valid properties for the resource.',
    'Warning',
  ],
  PropertyValueConflict: [
    "The property '%1' could not be written because its value would conflict with the value of " +
      "the '%2' property.",
    'Warning',
  ],
  PropertyValueFormatError: [
    "The value '%1' for the property %2 is not a format that the property can accept.",
    'Warning',
  ],
  PropertyValueNotInList: [
    "The value '%1' for the property %2 is not in the list of acceptable values.",
    'Warning',
  ],
  PropertyValueTypeError: [
    "The value '%1' for the property %2 is not a type that the property can accept.",
    'Warning',
  ],
  QueryNotSupported: ['Querying is not supported by the implementation.', 'Warning'],
  ResourceInUse: [
    'The change to the requested resource failed because the resource is in use or in transition.',
    'Warning',
  ],
  ResourceMissingAtURI: ["The resource at the URI '%1' was not found.", 'Critical'],
  ResourceNotFound: ["The requested resource of type %1 named '%2' was not found.", 'Critical'],
  ServiceTemporarilyUnavailable: [
    'The service is temporarily unavailable.  Retry in %1 seconds.',
    'Critical',
  ],
  Success: ['The request completed successfully.', 'OK'],
  UnrecognizedRequestBody: [
    'The service detected a malformed request body that it was unable to interpret.',
    'Warning',
  ],
} as const satisfies Record<string, readonly [string, 'OK' | 'Warning' | 'Critical']>;

export type MessageName = keyof typeof MESSAGES;

export interface MessageParts {
  args?: readonly (string | number)[];
  /** JSON pointers to what is wrong in the request: `#/Boot/HttpBootUri`. */
  related?: readonly string[];
  /** What to do, or what the host said; in place of the registry's own words. */
  resolution?: string | undefined;
}

/** An element of `@Message.ExtendedInfo`. */
export function message(name: MessageName, { args = [], related, resolution }: MessageParts = {}) {
  const [text, severity] = MESSAGES[name];
  const words = args.map(String);
  return {
    '@odata.type': '#Message.v1_1_2.Message',
    MessageId: `${REGISTRY}.${name}`,
    Message: text.replaceAll(/%([1-9])/g, (_, place: string) => words[Number(place) - 1] ?? ''),
    MessageArgs: words,
    MessageSeverity: severity,
    Severity: severity,
    Resolution: resolution ?? 'None.',
    ...(related && { RelatedProperties: related }),
  };
}

/** What a request is refused with. */
export class RedfishError extends Error {
  readonly status: number;
  readonly messages: readonly ReturnType<typeof message>[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    messages: readonly ReturnType<typeof message>[],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(messages.map(({ Message: text }) => text).join(' '));
    this.status = status;
    this.messages = messages;
    this.headers = headers;
  }

  get body(): object {
    const [first] = this.messages;
    const single = this.messages.length === 1 && first;
    const { MessageId: code, Message: text } = single || message('GeneralError');
    return { error: { code, message: text, '@Message.ExtendedInfo': this.messages } };
  }
}

export function refused(status: number, name: MessageName, parts: MessageParts = {}): RedfishError {
  return new RedfishError(status, [message(name, parts)]);
}
